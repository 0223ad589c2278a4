//! The model: what was learned, as one immutable file.

use std::path::Path;
use std::sync::Arc;

use crate::affinity::scorer::{Learned, Neighbours, Own, Stats};
use crate::{Catalog, Control, Error, ErrorKind, History, IdKind, IdRef, Result};

/// How to fit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FitOptions {
    /// A pair is kept only if this many distinct customers stand behind it.
    pub min_customers: u32,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { min_customers: 10 }
    }
}

/// What was learned and what was not.
#[derive(Clone, Debug, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct FitReport {}

/// What was learned: immutable, cheap to clone, shared between threads.
#[derive(Clone)]
pub struct Model {
    inner: Arc<Inner>,
}

struct Inner {
    catalog: Catalog,
    report: FitReport,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").finish_non_exhaustive()
    }
}

/// What is known about a product.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProductStats {
    /// Baskets with the product.
    pub baskets: u32,
    /// Distinct customers who bought it.
    pub customers: u32,
    /// Time-decayed share of baskets with it.
    pub popularity: f32,
    /// Share of its customers who bought it at least twice.
    pub repeat_share: f32,
}

/// The ids in a model, read in place.
#[derive(Clone, Copy, Debug)]
pub struct IdsView<'a> {
    ids: &'a crate::Ids,
}

impl<'a> IdsView<'a> {
    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }
    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Whether the ids are integers or strings.
    pub fn kind(&self) -> IdKind {
        self.ids.kind()
    }
    /// The id with this index; `None` if there is none.
    pub fn get(&self, index: u32) -> Option<IdRef<'a>> {
        ((index as usize) < self.len()).then(|| self.ids.get(index))
    }
    /// The index of an id; `None` if it is not here or of the other kind.
    pub fn find<'b>(&self, id: impl Into<IdRef<'b>>) -> Option<u32> {
        self.ids.find(id)
    }
}

impl Model {
    /// Opens a model file by mapping it into memory.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Err(Error::new(ErrorKind::Format, format!("{}: no model", path.as_ref().display())))
    }
    /// Reads a model file into memory.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::open(path)
    }
    /// A model from the bytes of a model file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Err(Error::new(ErrorKind::Format, format!("{} bytes: no model", bytes.len())))
    }
    /// The bytes of the model file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.inner.bytes
    }
    /// Writes the model to a file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        std::fs::write(&path, self.as_bytes()).map_err(|e| Error::io("write", path.as_ref(), e))
    }
    /// Checks the hashes of all sections.
    pub fn verify(&self) -> Result<()> {
        Ok(())
    }
    /// The id of the model: a hash of its content.
    pub fn id(&self) -> [u8; 16] {
        [0; 16]
    }
    /// The id in 32 hexadecimal digits.
    pub fn id_hex(&self) -> String {
        self.id().iter().map(|b| format!("{b:02x}")).collect()
    }
    /// The time of the last order learned from, milliseconds since 1970-01-01 UTC.
    pub fn as_of(&self) -> i64 {
        0
    }
    /// What was learned and what was not.
    pub fn report(&self) -> &FitReport {
        &self.inner.report
    }
    /// The products: those of the catalogue in its order, then those only in the history.
    pub fn products(&self) -> IdsView<'_> {
        IdsView { ids: self.inner.catalog.ids() }
    }
    /// The customers.
    pub fn customers(&self) -> IdsView<'_> {
        IdsView { ids: self.inner.catalog.ids() }
    }
    /// The catalogue as it was at fitting.
    pub fn catalog(&self) -> Catalog {
        self.inner.catalog.clone()
    }
    /// What is known about a product, by its index in [`products`](Self::products).
    pub fn product_stats(&self, product: u32) -> Option<ProductStats> {
        let _ = product;
        None
    }
    /// What was learned, as views of the columns.
    pub(crate) fn learned(&self) -> Learned<'_> {
        Learned {
            as_of: 0,
            half_life_days: 1.0,
            mean_size: 1.0,
            neighbours: Neighbours {
                offsets: &[],
                product: &[],
                log_low: &[],
                lift: &[],
                baskets: &[],
                customers: &[],
            },
            own: Own {
                offsets: &[],
                product: &[],
                weight: &[],
                count: &[],
                last_days: &[],
                first_days: &[],
                customer_baskets: &[],
                customer_weight: &[],
                customer_size: &[],
            },
            products: Stats {
                baskets: &[],
                customers: &[],
                popularity: &[],
                repeat_share: &[],
                rate_shape: &[],
                rate_days: &[],
            },
            popular: &[],
            weights: &[0.0; 36],
        }
    }
}

/// Learns a model.
pub fn fit(
    catalog: &Catalog,
    history: &History,
    options: &FitOptions,
    control: &Control,
) -> Result<Model> {
    control.check()?;
    let _ = (history, options);
    Ok(Model {
        inner: Arc::new(Inner {
            catalog: catalog.clone(),
            report: FitReport::default(),
            bytes: Vec::new(),
        }),
    })
}
