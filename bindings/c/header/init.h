/* basketry.h: end */

#endif /* BASKETRY_H */
