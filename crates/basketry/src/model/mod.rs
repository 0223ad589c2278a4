//! The model: what was learned, as one immutable file.
//!
//! [`fit`] makes a [`Model`]; [`Model::save`] writes it and [`Model::open`] maps it into memory.
//! A model is its file: nothing is parsed or copied on opening but a small JSON section, all else
//! is read in place.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

mod arrow;
mod bytes;
mod due;
mod explain;
mod file;
mod filter;
mod finder;
mod fit;
mod forget;
mod inspect;
mod layout;
mod learner;
mod lookup;
mod recommend;
mod recommendations;
mod relations;
mod requests;
mod rules;
mod score;
mod similar;
mod snapshot;

use self::bytes::Bytes;
use self::file::{HEADER, Header, Sections};
use self::layout::Layout;
use crate::affinity::scorer::{Learned, Segment};
use crate::{Catalog, Error, Result};

pub use self::due::{Due, DueOptions};
pub use self::explain::{Explanation, FeatureShare, ReasonShare, SimilarityShare, SourceShare};
pub use self::fit::fit;
pub use self::inspect::{ProductStats, Purchases, Related};
pub use self::learner::Learner;
pub use self::lookup::IdsView;
pub use self::recommend::RecommendOptions;
pub use self::recommendations::Recommendations;
pub use self::relations::{RelationNumbers, RelationRow, Relations};
pub use self::rules::{RuleView, RulesView};
pub use self::score::{ScoreOptions, Scores};
pub use self::similar::SimilarProducts;
pub use crate::affinity::{
    CarriedReport, Cycle, DueState, FitOptions, FitReport, NotLearned, Relation, ReliabilityBin,
    SegmentReport, SimilarityReport, SplitReport, TriedReport, TuningReport, Weight,
};

/// What was learned: immutable, cheap to clone, read by any number of threads.
///
/// ```
/// use basketry::{
///     CatalogBuilder, CatalogOptions, Control, FitOptions, HistoryBuilder, HistoryOptions, Model,
///     OrderLine, Product, fit,
/// };
///
/// let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
/// catalog.push(&Product::new("bread").price(250))?;
/// catalog.push(&Product::new("jam").price(310))?;
/// let mut history = HistoryBuilder::new(&HistoryOptions::default());
/// for week in 0..8i64 {
///     let time = week * 7 * 86_400_000;
///     history.push(&OrderLine::new(time, "bread").customer("ann").basket(week))?;
///     history.push(&OrderLine::new(time, "jam").customer("ann").basket(week))?;
/// }
/// let control = Control::new();
/// let history = history.finish(&control)?;
/// let model = fit(&catalog.finish(), &history, &FitOptions::default(), &control)?;
///
/// // One customer is too little to learn from, and the report says so.
/// assert!(!model.report().not_learned.is_empty());
///
/// let copy = Model::from_bytes(model.as_bytes().to_vec())?;
/// assert_eq!(copy.id(), model.id());
/// assert_eq!(copy.products().find("jam"), Some(1));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone)]
pub struct Model {
    inner: Arc<Inner>,
}

struct Inner {
    bytes: Bytes,
    header: Header,
    sections: Sections,
    layout: Layout,
    /// The products of the catalogue, the most popular first; made when it is first needed.
    by_popularity: OnceLock<Vec<u32>>,
    /// What each product adds to the log odds of a purchase where it is paired with something in the
    /// basket: for customers that are not known, and for others; made when it is first needed.
    paired: OnceLock<[Vec<f32>; 2]>,
    /// What errors call the file.
    name: String,
}

impl Model {
    /// Opens a model file by mapping it into memory.
    ///
    /// What is checked, in one pass over the file: its mark, version and length; the table of its
    /// sections, against the table's hash and the [`id`](Self::id) of the model; that every section
    /// is there, of its type and length; and in the sections all that later reads rely on: offsets
    /// rise, indices and numbers are in their ranges, texts are UTF-8, and every id is found. So
    /// no damage can crash a reader, and most of it is an error here.
    ///
    /// What is not: the sections against their hashes. A changed byte that leaves a value possible,
    /// such as another count or another weight, is found by [`verify`](Self::verify) alone. Verify
    /// a file once, where it arrives from a network or a backup.
    ///
    /// The file must not be changed or cut while it is open: publish a new model by writing
    /// another file and renaming it, as [`save`](Self::save) does. On a network file system, where
    /// that cannot be relied on, use [`read`](Self::read).
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind) if the file cannot be opened;
    /// [`ErrorKind::Format`](crate::ErrorKind) if it is not a model, is cut short, or damaged so
    /// that one of the checks fails;
    /// [`ErrorKind::Version`](crate::ErrorKind) if another version of this library made it, which knew
    /// other features, sections or reports: it names the version, and the model must be fitted again.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let (file, _) = open_file(path)?;
        Self::new(Bytes::map(&file, path)?, path.display().to_string())
    }

    /// Reads a model file into memory.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`ErrorKind::Limit`](crate::ErrorKind) if there is not enough
    /// memory.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let (mut file, len) = open_file(path)?;
        Self::new(Bytes::read(&mut file, len, path)?, path.display().to_string())
    }

    /// A model from the bytes of a model file.
    ///
    /// # Errors
    /// As [`open`](Self::open) but [`ErrorKind::Io`](crate::ErrorKind). The same is checked.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Self::new(Bytes::from_vec(bytes), "model bytes".into())
    }

    fn new(bytes: Bytes, name: String) -> Result<Self> {
        let (header, sections) = Sections::parse(&bytes, layout::number(), &name)?;
        let layout = Layout::find(&sections, &bytes, &name)?;
        let (by_popularity, paired) = (OnceLock::new(), OnceLock::new());
        let inner = Inner { bytes, header, sections, layout, by_popularity, paired, name };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The bytes of the model file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.inner.bytes
    }

    /// Writes the model to a file: to a temporary file beside it, which is synced and renamed, so
    /// that a crash never leaves half a model and readers of the old file keep it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind) names the file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        // Renaming would put a file in the place of a device or pipe, such as /dev/null.
        if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            let why = std::io::Error::other("there is something that is not a regular file");
            return Err(Error::io("write", path, why));
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let failed = |error: std::io::Error| Error::io("write", path, error);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".basketry-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: the process's umask takes away what it should.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(directory).map_err(failed)?;
        file.write_all(self.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        // The rename itself is durable only once the directory is.
        #[cfg(unix)]
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)?;
        Ok(())
    }

    /// Compares the hash of every section with the one in the section table, which was itself
    /// checked on opening: finds any damage to what the model holds, also such that left all values
    /// possible. Reads the whole file. To look for damage alone, call it once after
    /// [`open`](Self::open); a model that was fitted here need not be verified.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind) names the section that is damaged.
    pub fn verify(&self) -> Result<()> {
        self.inner.sections.verify(&self.inner.bytes, &self.inner.name)
    }

    /// The id of the model: a hash of its content. Models made from the same input with the same
    /// options have the same id.
    pub fn id(&self) -> [u8; 16] {
        self.inner.header.id
    }

    /// The id in 32 hexadecimal digits.
    pub fn id_hex(&self) -> String {
        use fmt::Write;
        self.id().iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The time of the last order learned from, milliseconds since 1970-01-01 UTC.
    pub fn as_of(&self) -> i64 {
        self.inner.layout.as_of
    }

    /// The options the model was made with.
    pub fn options(&self) -> &FitOptions {
        &self.inner.layout.options
    }

    /// What was learned, what was not, and how good it is.
    pub fn report(&self) -> &FitReport {
        &self.inner.layout.report
    }

    /// The products: those of the catalogue in its order, then those only in the history in the
    /// order of their ids.
    pub fn products(&self) -> IdsView<'_> {
        self.inner.layout.products.view(&self.inner.bytes)
    }

    /// The customers. None if the history had no customers.
    pub fn customers(&self) -> IdsView<'_> {
        self.inner.layout.customers.view(&self.inner.bytes)
    }

    /// The catalogue as it was at fitting: a copy, made anew by each call. Its products are the
    /// first of [`products`](Self::products).
    pub fn catalog(&self) -> Catalog {
        self.inner.layout.snapshot.catalog(&self.inner.bytes, self.products())
    }

    /// What was learned, as views of the file's columns.
    pub(crate) fn learned(&self) -> Learned<'_> {
        self.inner.layout.learned(&self.inner.bytes)
    }

    /// Per product what it adds to the log odds of a purchase where it is paired with something in the
    /// basket: for customers that are not known, and for others.
    pub(crate) fn paired(&self) -> &[Vec<f32>; 2] {
        self.inner.paired.get_or_init(|| {
            let learned = self.learned();
            [Segment::Anonymous, Segment::New].map(|segment| {
                let products = 0..learned.products.baskets.len() as u32;
                products.map(|product| learned.log_odds_of_paired(segment, product)).collect()
            })
        })
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("id", &self.id_hex())
            .field("products", &self.products().len())
            .field("customers", &self.customers().len())
            .field("bytes", &self.as_bytes().len())
            .finish_non_exhaustive()
    }
}

/// Opens a file and looks at its header only: whatever else it is, it is refused before it is
/// mapped or read.
fn open_file(path: &Path) -> Result<(File, u64)> {
    // Opening a pipe would wait for a writer.
    let found = std::fs::metadata(path).map_err(|error| Error::io("open", path, error))?;
    if !found.is_file() && !found.is_dir() {
        return Err(file::damaged(&path.display().to_string(), "not a regular file"));
    }
    let mut file = File::open(path).map_err(|error| Error::io("open", path, error))?;
    let len = file.metadata().map_err(|error| Error::io("open", path, error))?.len();
    let mut start = Vec::with_capacity(HEADER);
    Read::by_ref(&mut file)
        .take(HEADER as u64)
        .read_to_end(&mut start)
        .and_then(|_| file.seek(SeekFrom::Start(0)))
        .map_err(|error| Error::io("read", path, error))?;
    Header::parse(&start, len, layout::number(), &path.display().to_string())?;
    Ok((file, len))
}
