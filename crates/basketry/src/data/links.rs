//! Hand-made links between products of a catalogue.

use super::catalog::Catalog;
use super::ids::IdRef;
use crate::{Error, Result};

/// What the shop says two products are to each other. It wins over what is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Link {
    /// The product is an accessory of the other one: it is offered with that, and that not with it.
    /// Of products that are linked both ways, such as a camera and a lens, each is offered with the
    /// other.
    AccessoryOf = 0,
    /// The product is a variant of the other one.
    VariantOf = 1,
    /// Neither is suggested while the other is in the basket, just ordered or viewed.
    NeverWith = 2,
}

impl Link {
    /// All links, in the order of their numbers.
    pub const ALL: [Link; 3] = [Link::AccessoryOf, Link::VariantOf, Link::NeverWith];

    /// The name: `"accessory_of"`, `"variant_of"` or `"never_with"`.
    pub fn name(self) -> &'static str {
        match self {
            Link::AccessoryOf => "accessory_of",
            Link::VariantOf => "variant_of",
            Link::NeverWith => "never_with",
        }
    }
}

/// From the [name](Link::name).
impl std::str::FromStr for Link {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Link::ALL.into_iter().find(|link| link.name() == name).ok_or_else(|| {
            Error::argument(format!(
                "link: expected accessory_of, variant_of or never_with, got {name:?}"
            ))
        })
    }
}

impl Catalog {
    /// Links two products by hand. A link that is there already changes nothing.
    ///
    /// ```
    /// use basketry::data::Link;
    /// use basketry::{CatalogBuilder, CatalogOptions, Product};
    ///
    /// let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    /// builder.push(&Product::new("camera").price(49_900))?;
    /// builder.push(&Product::new("bag").price(3_900))?;
    /// let mut catalog = builder.finish();
    /// catalog.link("bag", Link::AccessoryOf, "camera")?;
    /// assert_eq!(catalog.links(), [(1, Link::AccessoryOf, 0)]);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`](crate::ErrorKind) if the catalogue does not have one of them;
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if both are the same.
    pub fn link<'a, 'b>(
        &mut self,
        product: impl Into<IdRef<'a>>,
        link: Link,
        other: impl Into<IdRef<'b>>,
    ) -> Result<()> {
        let (id, other) = (product.into(), other.into());
        let (one, two) = (self.expect(id)? as u32, self.expect(other)? as u32);
        if one == two {
            return Err(Error::argument(format!(
                "other: expected another product than {id}, got the same"
            )));
        }
        let entry = (one, link, two);
        if let Err(at) = self.links.binary_search(&entry) {
            self.links.insert(at, entry);
        }
        Ok(())
    }

    /// The links made by hand, sorted: product, link, other product, by their indices.
    pub fn links(&self) -> &[(u32, Link, u32)] {
        &self.links
    }
}
