typedef struct ArrowArrayStream ArrowArrayStream;
enum basketry_constants {
    BASKETRY_ID_NONE = 0,
    BASKETRY_ID_INT = 1,
    BASKETRY_ID_STR = 2,
    BASKETRY_OK = 0,
    BASKETRY_INVALID_ARGUMENT = 1,
    BASKETRY_SCHEMA = 2,
    BASKETRY_DATA = 3,
    BASKETRY_POLICY = 4,
    BASKETRY_UNKNOWN_ID = 5,
    BASKETRY_IO = 6,
    BASKETRY_FORMAT = 7,
    BASKETRY_VERSION = 8,
    BASKETRY_CANCELLED = 9,
    BASKETRY_LIMIT = 10,
    BASKETRY_INTERNAL = 11,
};
typedef struct basketry_control basketry_control;
typedef int32_t basketry_status;
typedef struct basketry_str {
    const char *data;
    size_t len;
} basketry_str;
typedef struct basketry_id {
    int32_t kind;
    int64_t number;
    struct basketry_str text;
} basketry_id;
typedef struct basketry_progress {
    int32_t stage;
    uint64_t done;
    uint64_t total;
} basketry_progress;
typedef int32_t (*basketry_progress_fn)(const struct basketry_progress *progress, void *user);
const char *basketry_last_error(void);
size_t basketry_last_error_copy(char *buf, size_t len);
const char *basketry_status_name(basketry_status status);
const char *basketry_version(void);
struct basketry_str basketry_text(const char *data);
struct basketry_id basketry_id_int(int64_t number);
struct basketry_id basketry_id_str(const char *data);
basketry_status basketry_control_new(struct basketry_control **out);
void basketry_control_free(struct basketry_control *control);
basketry_status basketry_control_on_progress(struct basketry_control *control,
                                             basketry_progress_fn callback,
                                             void *user,
                                             uint32_t interval_ms);
basketry_status basketry_control_cancel(const struct basketry_control *control);
basketry_status basketry_control_progress(const struct basketry_control *control,
                                          struct basketry_progress *out);
const char *basketry_stage_name(int32_t stage);
