// basketry for C++17: the C interface of basketry.h with handles that free themselves and errors
// that cannot be overlooked. Header only; link with the C library.
//
//     basketry::Engine engine = basketry::Engine::open("shop.basketry");
//     basketry::Policy policy = basketry::Policy::from_file("cart.toml");
//     basketry::Context context(now_ms);
//     context.customer("2375").line("espresso-machine").seed(7);
//     for (const basketry_offer &offer : engine.decide(policy, context)) { ... }
//
// Errors are exceptions of the class basketry::Error, derived from std::runtime_error. C++17 has no
// std::expected, an expected of our own would be one more type to learn in every program, and most
// of these calls can fail only for reasons that a program handles far away from the call: a file
// that is not there, a policy with a typing error. A program that wants statuses has the C interface,
// and native() and adopt() lead there and back.
//
// Handles can be moved and not copied. A handle that was moved from may only be assigned to or
// destroyed. Threads: const members may be used by several threads at once, others need exclusive
// use, and everything may be moved to another thread, as basketry.h says.
//
// A std::string_view that a function returns, and what offers and columns point to, is borrowed: it
// lives as long as the object it came from.
#ifndef BASKETRY_HPP
#define BASKETRY_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "basketry.h"

namespace basketry {

/// What is thrown when a call fails: a sentence that names the argument, column, row or key.
class Error : public std::runtime_error {
public:
    Error(basketry_status code, const std::string &message)
        : std::runtime_error(message), code_(code) {}

    /// One of the BASKETRY_ statuses, such as BASKETRY_POLICY.
    basketry_status code() const noexcept { return code_; }

    /// The name of the status, such as "policy".
    const char *code_name() const noexcept { return basketry_status_name(code_); }

private:
    basketry_status code_;
};

/// Throws the last error of this thread unless the status is BASKETRY_OK.
inline void check(basketry_status status) {
    if (status != BASKETRY_OK) {
        throw Error(status, basketry_last_error());
    }
}

/// The version of the library, such as "0.1.0".
inline std::string_view version() noexcept { return basketry_version(); }

/// A text from C.
inline std::string_view view(basketry_str text) noexcept {
    return text.len == 0 ? std::string_view() : std::string_view(text.data, text.len);
}

/// A text for C, which borrows it.
inline basketry_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// An id: an integer or a text, which are never converted into each other. A text is borrowed and
/// must live as long as the id is used.
class Id {
public:
    /// No id.
    constexpr Id() noexcept : id_(BASKETRY_ID_INIT) {}
    Id(std::string_view text) noexcept : id_{BASKETRY_ID_STR, 0, str(text)} {}
    Id(const char *text) noexcept : Id(std::string_view(text)) {}
    Id(const std::string &text) noexcept : Id(std::string_view(text)) {}
    /// Any integer type whose numbers all fit into 64 bits with a sign.
    template <typename Integer,
              std::enable_if_t<std::is_integral_v<Integer> && !std::is_same_v<Integer, bool> &&
                                   (std::is_signed_v<Integer> || sizeof(Integer) < 8),
                               int> = 0>
    Id(Integer number) noexcept
        : id_{BASKETRY_ID_INT, static_cast<std::int64_t>(number), {nullptr, 0}} {}
    Id(const basketry_id &id) noexcept : id_(id) {}

    bool is_none() const noexcept { return id_.kind == BASKETRY_ID_NONE; }
    bool is_int() const noexcept { return id_.kind == BASKETRY_ID_INT; }
    bool is_text() const noexcept { return id_.kind == BASKETRY_ID_STR; }
    /// The integer; 0 if it is none.
    std::int64_t number() const noexcept { return id_.number; }
    /// The text; empty if it is none.
    std::string_view text() const noexcept { return view(id_.text); }
    /// The id as C has it.
    const basketry_id &native() const noexcept { return id_; }

    friend bool operator==(const Id &a, const Id &b) noexcept {
        return a.id_.kind == b.id_.kind && a.id_.number == b.id_.number && a.text() == b.text();
    }
    friend bool operator!=(const Id &a, const Id &b) noexcept { return !(a == b); }

private:
    basketry_id id_;
};

namespace detail {

/// Owns a handle of C.
template <typename T, void (*Free)(T *)>
class Handle {
public:
    /// The handle as C has it; it stays owned here.
    T *native() const noexcept { return handle_.get(); }

protected:
    explicit Handle(T *handle) noexcept : handle_(handle) {}

private:
    struct Deleter {
        void operator()(T *handle) const noexcept { Free(handle); }
    };
    std::unique_ptr<T, Deleter> handle_;
};

/// Has C make a handle.
template <typename T, typename Make>
T *make(Make make) {
    T *handle = nullptr;
    check(make(&handle));
    return handle;
}

/// Bytes as C has them.
inline const std::uint8_t *data(std::string_view bytes) noexcept {
    return reinterpret_cast<const std::uint8_t *>(bytes.data());
}

/// The bytes that C lends of a handle.
template <typename T>
std::string_view bytes(const T *handle,
                       basketry_status (*get)(const T *, const std::uint8_t **, std::size_t *)) {
    const std::uint8_t *first = nullptr;
    std::size_t len = 0;
    check(get(handle, &first, &len));
    return {reinterpret_cast<const char *>(first), len};
}

inline std::vector<basketry_id> native_ids(const std::vector<Id> &ids) {
    std::vector<basketry_id> native;
    native.reserve(ids.size());
    for (const Id &id : ids) {
        native.push_back(id.native());
    }
    return native;
}

/// Lists of ids as C has them, which borrow from the lists they were made of.
class NativeLists {
public:
    explicit NativeLists(const std::vector<std::vector<Id>> &lists) {
        ids_.reserve(lists.size());
        lists_.reserve(lists.size());
        for (const auto &list : lists) {
            ids_.push_back(native_ids(list));
            lists_.push_back({ids_.back().data(), ids_.back().size()});
        }
    }

    const basketry_ids *data() const noexcept { return lists_.data(); }
    std::size_t size() const noexcept { return lists_.size(); }

private:
    std::vector<std::vector<basketry_id>> ids_;
    std::vector<basketry_ids> lists_;
};

inline std::vector<const char *> native_names(const std::vector<std::string> &names) {
    std::vector<const char *> native;
    native.reserve(names.size());
    for (const std::string &name : names) {
        native.push_back(name.c_str());
    }
    return native;
}

} // namespace detail

/// Watches and cancels long work. Any thread may ask for the progress or cancel.
class Control : public detail::Handle<basketry_control, basketry_control_free> {
public:
    /// Called while long work runs, in the thread that called the long function. It returns false to
    /// cancel; an exception that it throws cancels too and comes out of the long function.
    using Callback = std::function<bool(const basketry_progress &)>;

    Control() : Handle(detail::make<basketry_control>(basketry_control_new)) {}

    /// A control whose callback is called about every interval_ms milliseconds.
    explicit Control(Callback callback, std::uint32_t interval_ms = 50) : Control() {
        watcher_ = std::make_unique<Watcher>();
        watcher_->callback = std::move(callback);
        check(basketry_control_on_progress(native(), call, watcher_.get(), interval_ms));
    }

    /// Asks the work to stop.
    void cancel() const { check(basketry_control_cancel(native())); }

    /// How far the work is.
    basketry_progress progress() const {
        basketry_progress progress{};
        check(basketry_control_progress(native(), &progress));
        return progress;
    }

    /// The name of a stage of work, such as "fitting".
    static const char *stage_name(std::int32_t stage) noexcept { return basketry_stage_name(stage); }

    /// As basketry::check, but what the callback threw comes first.
    void rethrow_or_check(basketry_status status) const {
        if (watcher_ != nullptr && watcher_->thrown) {
            std::rethrow_exception(std::exchange(watcher_->thrown, nullptr));
        }
        check(status);
    }

private:
    struct Watcher {
        Callback callback;
        std::exception_ptr thrown;
    };

    // No exception may pass through C.
    static std::int32_t call(const basketry_progress *progress, void *user) noexcept {
        auto *watcher = static_cast<Watcher *>(user);
        try {
            return watcher->callback(*progress) ? 0 : 1;
        } catch (...) {
            watcher->thrown = std::current_exception();
            return 1;
        }
    }

    std::unique_ptr<Watcher> watcher_;
};

namespace detail {

/// Has C make a handle by long work, which the control watches if there is one.
template <typename T, typename Make>
T *make_watched(const Control *control, Make make) {
    T *handle = nullptr;
    basketry_status status = make(control == nullptr ? nullptr : control->native(), &handle);
    if (control == nullptr) {
        check(status);
    } else {
        control->rethrow_or_check(status);
    }
    return handle;
}

/// Has C do long work, which the control watches if there is one.
template <typename Work>
void watched(const Control *control, Work work) {
    basketry_status status = work(control == nullptr ? nullptr : control->native());
    if (control == nullptr) {
        check(status);
    } else {
        control->rethrow_or_check(status);
    }
}

} // namespace detail

class Catalog;
class History;

/// Baskets of distinct items, the miner's view of orders.
class Baskets : public detail::Handle<basketry_baskets, basketry_baskets_free> {
public:
    /// From lists of ids.
    static Baskets from_lists(const std::vector<std::vector<Id>> &lists) {
        const detail::NativeLists native(lists);
        return adopt(detail::make<basketry_baskets>([&](auto out) {
            return basketry_baskets_from_lists(native.data(), native.size(), out);
        }));
    }

    /// From a FIMI file.
    static Baskets from_fimi(const std::string &file, const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_baskets>(control, [&](auto c, auto out) {
            return basketry_baskets_from_fimi(file.c_str(), c, out);
        }));
    }

    /// From a table with a row for each item of each basket, in two columns. The stream is consumed.
    static Baskets from_arrow(ArrowArrayStream &stream, const std::string &basket,
                              const std::string &item,
                              std::int32_t nulls = BASKETRY_ON_BAD_ERROR,
                              const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_baskets>(control, [&](auto c, auto out) {
            return basketry_baskets_from_arrow(&stream, basket.c_str(), item.c_str(), nulls, c,
                                               out);
        }));
    }

    /// From a CSV file with a row for each item of each basket.
    static Baskets from_csv(const std::string &file, const std::string &basket,
                            const std::string &item, std::int32_t nulls = BASKETRY_ON_BAD_ERROR,
                            const basketry_csv_options *csv = nullptr,
                            const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_baskets>(control, [&](auto c, auto out) {
            return basketry_baskets_from_csv(file.c_str(), basket.c_str(), item.c_str(), nulls, csv,
                                             c, out);
        }));
    }

    /// From a sparse matrix by rows: basket b holds indices[indptr[b]] to indices[indptr[b + 1]],
    /// numbers below n_items. Without ids these numbers are the items' ids.
    static Baskets from_csr(const std::vector<std::uint64_t> &indptr,
                            const std::vector<std::uint32_t> &indices, std::size_t n_items,
                            const std::vector<Id> *ids = nullptr) {
        if (ids != nullptr && ids->size() != n_items) {
            throw std::invalid_argument("ids: expected one for each item");
        }
        const std::vector<basketry_id> native =
            ids == nullptr ? std::vector<basketry_id>() : detail::native_ids(*ids);
        return adopt(detail::make<basketry_baskets>([&](auto out) {
            return basketry_baskets_from_csr(indptr.data(), indptr.size(), indices.data(),
                                             indices.size(),
                                             ids == nullptr ? nullptr : native.data(), n_items,
                                             out);
        }));
    }

    /// From what bytes gave.
    static Baskets from_bytes(std::string_view bytes) {
        return adopt(detail::make<basketry_baskets>([&](auto out) {
            return basketry_baskets_from_bytes(detail::data(bytes), bytes.size(), out);
        }));
    }

    /// Takes over a handle of C.
    static Baskets adopt(basketry_baskets *handle) noexcept { return Baskets(handle); }

    /// How many baskets there are, empty ones included.
    std::size_t size() const noexcept { return basketry_baskets_len(native()); }

    /// How many distinct items there are.
    std::size_t items() const noexcept { return basketry_baskets_items(native()); }

    /// How many rows of the source were left out because of a null.
    std::uint64_t skipped() const noexcept { return basketry_baskets_skipped(native()); }

    /// The baskets as bytes, for another process or for keeping, borrowed until they are changed.
    std::string_view bytes() const { return detail::bytes(native(), basketry_baskets_bytes); }

    /// The baskets with these numbers, in this order.
    Baskets take(const std::vector<std::size_t> &numbers) const {
        return adopt(detail::make<basketry_baskets>([&](auto out) {
            return basketry_baskets_take(native(), numbers.data(), numbers.size(), out);
        }));
    }

    /// The same baskets with a weight for each: how often it counts.
    Baskets with_weights(const std::vector<double> &weights) const {
        return adopt(detail::make<basketry_baskets>([&](auto out) {
            return basketry_baskets_with_weights(native(), weights.data(), weights.size(), out);
        }));
    }

    /// Appends the baskets of another, whose items are matched by id.
    void append(const Baskets &other) { check(basketry_baskets_append(native(), other.native())); }

    /// Says who bought each of the baskets: the same number for the same customer.
    void set_customers(const std::vector<std::uint32_t> &customers) {
        check(basketry_baskets_set_customers(native(), customers.data(), customers.size()));
    }

private:
    using Handle::Handle;
};

/// What items are kinds of.
class Hierarchy : public detail::Handle<basketry_hierarchy, basketry_hierarchy_free> {
public:
    /// From pairs of an item or category and a category that it is of.
    static Hierarchy from_links(const std::vector<std::pair<Id, Id>> &links) {
        std::vector<basketry_id> children, parents;
        for (const auto &link : links) {
            children.push_back(link.first.native());
            parents.push_back(link.second.native());
        }
        return adopt(detail::make<basketry_hierarchy>([&](auto out) {
            return basketry_hierarchy_from_links(children.data(), parents.data(), links.size(),
                                                 out);
        }));
    }

    /// From a table with a row for each item, and a column for each level. The stream is consumed.
    static Hierarchy from_arrow(ArrowArrayStream &stream, const std::string &item,
                                const std::vector<std::string> &levels,
                                const Control *control = nullptr) {
        const std::vector<const char *> names = detail::native_names(levels);
        return adopt(detail::make_watched<basketry_hierarchy>(control, [&](auto c, auto out) {
            return basketry_hierarchy_from_arrow(&stream, item.c_str(), names.data(), names.size(),
                                                 c, out);
        }));
    }

    /// From what bytes gave.
    static Hierarchy from_bytes(std::string_view bytes) {
        return adopt(detail::make<basketry_hierarchy>([&](auto out) {
            return basketry_hierarchy_from_bytes(detail::data(bytes), bytes.size(), out);
        }));
    }

    /// The hierarchy as bytes, for another process or for keeping.
    std::string_view bytes() const { return detail::bytes(native(), basketry_hierarchy_bytes); }

    /// Of the categories of a catalogue, called column=value, such as "department=dairy".
    static Hierarchy from_catalog(const Catalog &catalog);

    /// Takes over a handle of C.
    static Hierarchy adopt(basketry_hierarchy *handle) noexcept { return Hierarchy(handle); }

    /// How many items and categories there are, on all levels.
    std::size_t size() const noexcept { return basketry_hierarchy_len(native()); }

    /// A copy in which only these levels take part.
    Hierarchy only(const std::vector<std::string> &levels) const {
        const std::vector<const char *> names = detail::native_names(levels);
        return adopt(detail::make<basketry_hierarchy>([&](auto out) {
            return basketry_hierarchy_only(native(), names.data(), names.size(), out);
        }));
    }

    /// Baskets with the categories of what they hold.
    Baskets extend(const Baskets &baskets, const Control *control = nullptr) const {
        return Baskets::adopt(detail::make_watched<basketry_baskets>(control, [&](auto c, auto out) {
            return basketry_hierarchy_extend(native(), baskets.native(), c, out);
        }));
    }

private:
    using Handle::Handle;
};

/// Which of the frequent itemsets to mine. The texts of ids are borrowed, and so is the hierarchy.
class Selection {
public:
    /// Only so many itemsets, those of the largest support.
    Selection &top(std::uint64_t itemsets) {
        top_ = itemsets;
        return *this;
    }
    /// Only itemsets that hold all of these.
    Selection &must_contain(const std::vector<Id> &ids) {
        must_contain_ = detail::native_ids(ids);
        return *this;
    }
    /// Only itemsets that hold none of these.
    Selection &must_not_contain(const std::vector<Id> &ids) {
        must_not_contain_ = detail::native_ids(ids);
        return *this;
    }
    /// Only itemsets of these.
    Selection &only_from(const std::vector<Id> &ids) {
        only_from_ = detail::native_ids(ids);
        return *this;
    }
    /// A least share of baskets for one item.
    Selection &item_min_share(const Id &item, double share) {
        minimums_.push_back({item.native(), share, 0});
        return *this;
    }
    /// A least number of baskets for one item.
    Selection &item_min_count(const Id &item, std::uint64_t count) {
        minimums_.push_back({item.native(), 0.0, count});
        return *this;
    }
    /// Mines over items and their categories.
    Selection &hierarchy(const Hierarchy &hierarchy) {
        hierarchy_ = hierarchy.native();
        return *this;
    }

    /// The selection as C has it; it points into this one, as long as that stays as it is.
    const basketry_itemset_selection *native() {
        native_ = BASKETRY_ITEMSET_SELECTION_INIT;
        native_.top = top_;
        native_.must_contain = {must_contain_.data(), must_contain_.size()};
        native_.must_not_contain = {must_not_contain_.data(), must_not_contain_.size()};
        if (only_from_) {
            list_ = {only_from_->data(), only_from_->size()};
            native_.only_from = &list_;
        }
        native_.item_min_supports = minimums_.data();
        native_.n_item_min_supports = minimums_.size();
        native_.hierarchy = hierarchy_;
        return &native_;
    }

private:
    std::uint64_t top_ = 0;
    std::vector<basketry_id> must_contain_, must_not_contain_;
    std::optional<std::vector<basketry_id>> only_from_;
    std::vector<basketry_item_min_support> minimums_;
    const basketry_hierarchy *hierarchy_ = nullptr;
    basketry_ids list_ = {nullptr, 0};
    basketry_itemset_selection native_ = BASKETRY_ITEMSET_SELECTION_INIT;
};

/// What each line of each basket is worth, in minor units.
class Utilities : public detail::Handle<basketry_utilities, basketry_utilities_free> {
public:
    /// From the items of each basket, each with its utility.
    static Utilities from_lists(const std::vector<std::vector<std::pair<Id, std::int64_t>>> &lists) {
        std::vector<std::uint64_t> offsets{0};
        std::vector<std::uint32_t> indices;
        std::vector<std::int64_t> values;
        std::vector<basketry_id> ids;
        std::map<std::tuple<bool, std::int64_t, std::string_view>, std::uint32_t> known;
        for (const auto &list : lists) {
            for (const auto &line : list) {
                const Id &id = line.first;
                const auto next = static_cast<std::uint32_t>(ids.size());
                const auto found =
                    known.emplace(std::make_tuple(id.is_int(), id.number(), id.text()), next);
                if (found.second) {
                    ids.push_back(id.native());
                }
                indices.push_back(found.first->second);
                values.push_back(line.second);
            }
            offsets.push_back(indices.size());
        }
        return adopt(detail::make<basketry_utilities>([&](auto out) {
            return basketry_utilities_from_csr(offsets.data(), offsets.size(), indices.data(),
                                               values.data(), values.size(), ids.data(),
                                               ids.size(), out);
        }));
    }

    /// From a table with a row for each line of each basket, in any order; lines of the same basket and
    /// item are added up. The stream is consumed. Begin the columns with
    /// BASKETRY_UTILITY_COLUMNS_INIT.
    static Utilities from_arrow(ArrowArrayStream &stream, const basketry_utility_columns &columns,
                                const basketry_utility_options *options = nullptr,
                                const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_utilities>(control, [&](auto c, auto out) {
            return basketry_utilities_from_arrow(&stream, &columns, options, c, out);
        }));
    }

    /// What each line of a history contributed: what was paid for it, less the unit cost of the
    /// catalogue if there is one. no_cost says what to do with products that have none.
    static Utilities from_history(const History &history, const Catalog *catalog = nullptr,
                                  std::int32_t no_cost = BASKETRY_ON_BAD_ERROR);

    /// Takes over a handle of C.
    static Utilities adopt(basketry_utilities *handle) noexcept { return Utilities(handle); }

    /// How many baskets there are, empty ones included.
    std::size_t size() const noexcept { return basketry_utilities_len(native()); }

    /// How many distinct pairs of a basket and an item there are.
    std::size_t lines() const noexcept { return basketry_utilities_lines(native()); }

    /// The utility of all lines.
    std::int64_t total() const noexcept { return basketry_utilities_total(native()); }

    /// How many lines were added to another line of the same basket and item.
    std::uint64_t merged() const noexcept { return basketry_utilities_merged(native()); }

    /// How many lines of the source were left out, as the rules say.
    std::uint64_t skipped() const noexcept { return basketry_utilities_skipped(native()); }

private:
    using Handle::Handle;
};

/// Frequent itemsets, one row each.
class Itemsets : public detail::Handle<basketry_itemsets, basketry_itemsets_free> {
public:
    /// Finds all sets of items that enough baskets hold. Begin the options with
    /// BASKETRY_ITEMSET_OPTIONS_INIT.
    static Itemsets mine(const Baskets &baskets, const basketry_itemset_options &options,
                         const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_itemsets>(control, [&](auto c, auto out) {
            return basketry_itemsets_mine(baskets.native(), &options, c, out);
        }));
    }

    /// As above, of baskets in parts.
    static Itemsets mine_parts(const std::vector<const Baskets *> &parts,
                               const basketry_itemset_options &options,
                               const Control *control = nullptr) {
        std::vector<const basketry_baskets *> handles;
        for (const Baskets *part : parts) {
            handles.push_back(part->native());
        }
        return adopt(detail::make_watched<basketry_itemsets>(control, [&](auto c, auto out) {
            return basketry_itemsets_mine_parts(handles.data(), handles.size(), &options, c, out);
        }));
    }

    /// What is more frequent in one of two groups of baskets than in the other. Begin the options
    /// with BASKETRY_CONTRAST_OPTIONS_INIT.
    static Itemsets contrasts(const Baskets &first, const Baskets &second,
                              const basketry_contrast_options &options,
                              const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_itemsets>(control, [&](auto c, auto out) {
            return basketry_itemsets_contrasts(first.native(), second.native(), &options, c, out);
        }));
    }

    /// What is worth the most together. Begin the options with
    /// BASKETRY_HIGH_UTILITY_OPTIONS_INIT.
    static Itemsets high_utility(const Utilities &utilities,
                                 const basketry_high_utility_options &options,
                                 const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_itemsets>(control, [&](auto c, auto out) {
            return basketry_itemsets_high_utility(utilities.native(), &options, c, out);
        }));
    }

    /// Itemsets from what bytes() gave.
    static Itemsets from_bytes(std::string_view bytes) {
        return adopt(detail::make<basketry_itemsets>([&](auto out) {
            return basketry_itemsets_from_bytes(detail::data(bytes), bytes.size(), out);
        }));
    }

    /// The itemsets of baskets that were appended to, given these, which are of the first of them.
    Itemsets update(const Baskets &baskets, const basketry_itemset_options &options,
                    const Control *control = nullptr) const {
        return adopt(detail::make_watched<basketry_itemsets>(control, [&](auto c, auto out) {
            return basketry_itemsets_update(baskets.native(), native(), &options, c, out);
        }));
    }

    /// The same itemsets with their counts in other baskets.
    Itemsets count_in(const Baskets &baskets, std::size_t threads = 0,
                      const Control *control = nullptr) const {
        return adopt(detail::make_watched<basketry_itemsets>(control, [&](auto c, auto out) {
            return basketry_itemsets_count(baskets.native(), native(), threads, c, out);
        }));
    }

    /// Takes over a handle of C.
    static Itemsets adopt(basketry_itemsets *handle) noexcept { return Itemsets(handle); }

    std::size_t size() const noexcept { return basketry_itemsets_len(native()); }

    /// The itemsets as columns.
    const basketry_itemset_columns &columns() const noexcept {
        return *basketry_itemsets_columns(native());
    }

    /// The id of an item of the columns.
    Id item(std::uint32_t item) const {
        basketry_id id;
        check(basketry_itemsets_item(native(), item, &id));
        return id;
    }

    /// A column of numbers by its name: "length", "count", "support", "weight" of baskets with
    /// weights, and what contrasts and high-utility itemsets have.
    basketry_numbers column(std::string_view name) const {
        basketry_numbers numbers;
        check(basketry_itemsets_column(native(), str(name), &numbers));
        return numbers;
    }

    /// In how many baskets these ids are together; 0 if that is below the threshold.
    std::uint64_t count_of(const std::vector<Id> &ids) const {
        const std::vector<basketry_id> all = detail::native_ids(ids);
        std::uint64_t count = 0;
        check(basketry_itemsets_count_of(native(), all.data(), all.size(), &count));
        return count;
    }

    /// The least number of baskets of which these are all itemsets.
    std::uint64_t min_count() const noexcept { return basketry_itemsets_min_count(native()); }

    /// The least number of baskets that was asked for, if a limit raised it; otherwise 0.
    std::uint64_t raised() const noexcept { return basketry_itemsets_raised(native()); }

    /// The weight of all baskets; 0 if they have no weights.
    double total_weight() const noexcept { return basketry_itemsets_total_weight(native()); }

    /// The itemsets as bytes, for keeping; from_bytes reads them.
    std::string_view bytes() const { return detail::bytes(native(), basketry_itemsets_bytes); }

    /// Writes the itemsets as an Arrow stream, which the caller releases.
    void export_to(ArrowArrayStream &out) const {
        check(basketry_itemsets_export(native(), &out));
    }

private:
    using Handle::Handle;
};

/// The counts of fixed itemsets, which add up over parts of the baskets.
class ItemsetCounts : public detail::Handle<basketry_itemset_counts, basketry_itemset_counts_free> {
public:
    /// The itemsets of a part of the baskets that may be frequent in all of them. total is the number
    /// of all baskets; 0 means that it is not known, which a min_share allows.
    static ItemsetCounts candidates(const Baskets &part, const basketry_itemset_options &options,
                                    std::uint64_t total = 0, const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_itemset_counts>(control, [&](auto c, auto out) {
            return basketry_itemset_counts_candidates(part.native(), &options, total, c, out);
        }));
    }

    /// Of these itemsets, to be counted.
    static ItemsetCounts of(const Itemsets &itemsets) {
        return adopt(detail::make<basketry_itemset_counts>([&](auto out) {
            return basketry_itemset_counts_from_itemsets(itemsets.native(), out);
        }));
    }

    /// Of these itemsets, in their order; nothing is counted yet.
    static ItemsetCounts from_lists(const std::vector<std::vector<Id>> &lists) {
        const detail::NativeLists native(lists);
        return adopt(detail::make<basketry_itemset_counts>([&](auto out) {
            return basketry_itemset_counts_from_lists(native.data(), native.size(), out);
        }));
    }

    /// From the table that export_to writes, perhaps on another machine. The stream is consumed.
    static ItemsetCounts from_arrow(ArrowArrayStream &stream, const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_itemset_counts>(control, [&](auto c, auto out) {
            return basketry_itemset_counts_from_arrow(&stream, c, out);
        }));
    }

    /// All itemsets that any of these has; nothing is counted yet.
    static ItemsetCounts unite(const std::vector<const ItemsetCounts *> &parts) {
        std::vector<const basketry_itemset_counts *> handles;
        for (const ItemsetCounts *part : parts) {
            handles.push_back(part->native());
        }
        return adopt(detail::make<basketry_itemset_counts>([&](auto out) {
            return basketry_itemset_counts_union(handles.data(), handles.size(), out);
        }));
    }

    /// Takes over a handle of C.
    static ItemsetCounts adopt(basketry_itemset_counts *handle) noexcept {
        return ItemsetCounts(handle);
    }

    std::size_t size() const noexcept { return basketry_itemset_counts_len(native()); }

    /// How many baskets were counted.
    std::uint64_t baskets() const noexcept { return basketry_itemset_counts_baskets(native()); }

    /// Counts the itemsets in these baskets too.
    void add(const Baskets &baskets, std::size_t threads = 0, const Control *control = nullptr) {
        detail::watched(control, [&](auto c) {
            return basketry_itemset_counts_add(native(), baskets.native(), threads, c);
        });
    }

    /// Adds what was counted elsewhere of the same itemsets.
    void merge(const ItemsetCounts &other) {
        check(basketry_itemset_counts_merge(native(), other.native()));
    }

    /// The itemsets with their counts.
    Itemsets itemsets() const {
        return Itemsets::adopt(detail::make<basketry_itemsets>(
            [&](auto out) { return basketry_itemset_counts_itemsets(native(), out); }));
    }

    /// Those that are frequent in all the baskets that were counted.
    Itemsets frequent(const basketry_itemset_options &options) const {
        return Itemsets::adopt(detail::make<basketry_itemsets>([&](auto out) {
            return basketry_itemset_counts_frequent(native(), &options, out);
        }));
    }

    /// Writes the counts as an Arrow stream, which the caller releases.
    void export_to(ArrowArrayStream &out) const {
        check(basketry_itemset_counts_export(native(), &out));
    }

private:
    using Handle::Handle;
};

/// What one side of a rule may hold. The texts of ids are borrowed.
class Template {
public:
    /// Only these items.
    Template &only_from(const std::vector<Id> &ids) { return set(only_from_, ids); }
    /// All of these items.
    Template &must_contain(const std::vector<Id> &ids) { return set(must_contain_, ids); }
    /// At least one of these items.
    Template &must_contain_any(const std::vector<Id> &ids) { return set(any_, ids); }
    /// None of these items.
    Template &must_not_contain(const std::vector<Id> &ids) { return set(without_, ids); }
    /// So many items; 0 means any.
    Template &length(std::size_t least, std::size_t most = 0) {
        native_.min_length = least;
        native_.max_length = most;
        return *this;
    }

    /// The template as C has it; it points into this one, as long as that stays as it is.
    const basketry_template *native() {
        const auto lend = [](const auto &list, const basketry_id *&ids, std::size_t &n) {
            static const basketry_id none = BASKETRY_ID_INIT;
            // No list at all is not an empty one.
            ids = !list ? nullptr : list->empty() ? &none : list->data();
            n = list ? list->size() : 0;
        };
        lend(only_from_, native_.only_from, native_.n_only_from);
        lend(must_contain_, native_.must_contain, native_.n_must_contain);
        lend(any_, native_.must_contain_any, native_.n_must_contain_any);
        lend(without_, native_.must_not_contain, native_.n_must_not_contain);
        return &native_;
    }

private:
    using List = std::optional<std::vector<basketry_id>>;

    Template &set(List &list, const std::vector<Id> &ids) {
        list = detail::native_ids(ids);
        return *this;
    }

    List only_from_, must_contain_, any_, without_;
    basketry_template native_ = BASKETRY_TEMPLATE_INIT;
};

/// Association rules, one row each.
class Rules : public detail::Handle<basketry_rules, basketry_rules_free> {
public:
    /// Splits each itemset into rules of at least this confidence.
    static Rules make(const Itemsets &itemsets, double min_confidence,
                      const Control *control = nullptr) {
        basketry_rule_options options = BASKETRY_RULE_OPTIONS_INIT;
        options.min_confidence = min_confidence;
        return make(itemsets, options, control);
    }

    /// As above, with all options. Begin them with BASKETRY_RULE_OPTIONS_INIT; a Template's native()
    /// is what antecedent and consequent point to.
    static Rules make(const Itemsets &itemsets, const basketry_rule_options &options,
                      const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_rules>(control, [&](auto c, auto out) {
            return basketry_rules_make(itemsets.native(), &options, c, out);
        }));
    }

    /// Takes over a handle of C.
    static Rules adopt(basketry_rules *handle) noexcept { return Rules(handle); }

    std::size_t size() const noexcept { return basketry_rules_len(native()); }

    /// The rules as columns.
    const basketry_rule_columns &columns() const noexcept {
        return *basketry_rules_columns(native());
    }

    /// The id of an item of the columns.
    Id item(std::uint32_t item) const {
        basketry_id id;
        check(basketry_rules_item(native(), item, &id));
        return id;
    }

    /// The values of a measure such as "lift", one for each rule.
    std::vector<double> values(const std::string &measure) const {
        std::vector<double> values(size());
        check(basketry_rules_values(native(), measure.c_str(), values.data(), values.size()));
        return values;
    }

    /// Rules from what bytes() gave.
    static Rules from_bytes(std::string_view bytes) {
        return adopt(detail::make<basketry_rules>([&](auto out) {
            return basketry_rules_from_bytes(detail::data(bytes), bytes.size(), out);
        }));
    }

    /// The n rules with the largest measure, the largest first.
    Rules top(std::size_t n, const std::string &measure) const {
        return adopt(detail::make<basketry_rules>(
            [&](auto out) { return basketry_rules_top(native(), n, measure.c_str(), out); }));
    }

    /// The rules with the largest measure first, or the smallest.
    Rules sorted(const std::string &measure, bool ascending = false) const {
        return adopt(detail::make<basketry_rules>([&](auto out) {
            return basketry_rules_sort(native(), measure.c_str(), ascending ? 1 : 0, out);
        }));
    }

    /// The same rules, whose Arrow streams have columns of these measures.
    Rules with_measures(const std::vector<std::string> &measures) const {
        const std::vector<const char *> names = detail::native_names(measures);
        return adopt(detail::make<basketry_rules>([&](auto out) {
            return basketry_rules_with_measures(native(), names.data(), names.size(), out);
        }));
    }

    /// The p-value of each rule by Fisher's one-sided exact test, corrected for so many tests; 0 means
    /// one for each rule. The corrections are BASKETRY_CORRECTION_HOLM and so on.
    std::vector<double> p_values(std::int32_t correction, std::uint64_t tests = 0,
                                 const Control *control = nullptr) const {
        std::vector<double> values(size());
        detail::watched(control, [&](auto c) {
            return basketry_rules_p_values(native(), correction, tests, c, values.data(),
                                           values.size());
        });
        return values;
    }

    /// The rules that are significant. Begin the options with BASKETRY_SIGNIFICANCE_OPTIONS_INIT.
    Rules significant(const basketry_significance_options &options,
                      const Control *control = nullptr) const {
        return adopt(detail::make_watched<basketry_rules>(control, [&](auto c, auto out) {
            return basketry_rules_significant(native(), &options, c, out);
        }));
    }

    /// The rules that are more confident than all more general ones. Begin the options with
    /// BASKETRY_REDUNDANCY_OPTIONS_INIT.
    Rules non_redundant(const basketry_redundancy_options &options,
                        const Control *control = nullptr) const {
        return adopt(detail::make_watched<basketry_rules>(control, [&](auto c, auto out) {
            return basketry_rules_non_redundant(native(), &options, c, out);
        }));
    }

    /// The rules of which each item of the antecedent makes a significant difference.
    Rules productive(const basketry_significance_options &options,
                     const Control *control = nullptr) const {
        return adopt(detail::make_watched<basketry_rules>(control, [&](auto c, auto out) {
            return basketry_rules_productive(native(), &options, c, out);
        }));
    }

    /// The rules as bytes, for keeping; from_bytes reads them.
    std::string_view bytes() const { return detail::bytes(native(), basketry_rules_bytes); }

    /// The n best rules for a basket by a measure, the best first.
    Rules matching(const std::vector<Id> &basket, std::size_t n,
                   const std::string &measure = "confidence") const {
        const std::vector<basketry_id> ids = detail::native_ids(basket);
        return adopt(detail::make<basketry_rules>([&](auto out) {
            return basketry_rules_matching(native(), ids.data(), ids.size(), n, measure.c_str(),
                                           out);
        }));
    }

    /// Writes the rules as an Arrow stream, which the caller releases.
    void export_to(ArrowArrayStream &out) const { check(basketry_rules_export(native(), &out)); }

private:
    using Handle::Handle;
};

/// What the shop sells now.
class Catalog : public detail::Handle<basketry_catalog, basketry_catalog_free> {
public:
    /// Reads an Arrow stream of products, which is consumed. Begin the columns with
    /// BASKETRY_CATALOG_COLUMNS_INIT.
    static Catalog from_arrow(ArrowArrayStream &stream, const basketry_catalog_columns &columns,
                              const basketry_catalog_options *options = nullptr,
                              const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_catalog>(control, [&](auto c, auto out) {
            return basketry_catalog_from_arrow(&stream, &columns, options, c, out);
        }));
    }

    /// Reads a CSV file of products.
    static Catalog from_csv(const std::string &file, const basketry_catalog_columns &columns,
                            const basketry_catalog_options *options = nullptr,
                            const basketry_csv_options *csv = nullptr,
                            const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_catalog>(control, [&](auto c, auto out) {
            return basketry_catalog_from_csv(file.c_str(), &columns, options, csv, c, out);
        }));
    }

    /// Makes a catalogue of products. Begin each with BASKETRY_PRODUCT_INIT.
    static Catalog from_products(const std::vector<basketry_product> &products,
                                 const basketry_catalog_options *options = nullptr) {
        const std::unique_ptr<basketry_catalog_builder, void (*)(basketry_catalog_builder *)>
            builder(detail::make<basketry_catalog_builder>([&](auto out) {
                        return basketry_catalog_builder_new(options, out);
                    }),
                    basketry_catalog_builder_free);
        for (const basketry_product &product : products) {
            check(basketry_catalog_builder_push(builder.get(), &product));
        }
        return adopt(detail::make<basketry_catalog>(
            [&](auto out) { return basketry_catalog_builder_finish(builder.get(), out); }));
    }

    /// Takes over a handle of C.
    static Catalog adopt(basketry_catalog *handle) noexcept { return Catalog(handle); }

    std::size_t size() const noexcept { return basketry_catalog_len(native()); }

    /// What became of the rows that were read, as JSON.
    std::string_view report() const noexcept { return view(basketry_catalog_report(native())); }

    /// Changes a price in minor units. Engines keep what they were given before.
    void set_price(const Id &product, std::int64_t price) {
        check(basketry_catalog_set_price(native(), product.native(), price));
    }

    /// Changes a stock in units. Engines keep what they were given before.
    void set_stock(const Id &product, std::int64_t stock) {
        check(basketry_catalog_set_stock(native(), product.native(), stock));
    }

    /// Says whether a product may be offered. Engines keep what they were given before.
    void set_sellable(const Id &product, bool sellable) {
        check(basketry_catalog_set_sellable(native(), product.native(), sellable ? 1 : 0));
    }

    /// Changes a cost in minor units. Engines keep what they were given before.
    void set_cost(const Id &product, std::int64_t cost) {
        check(basketry_catalog_set_cost(native(), product.native(), cost));
    }

    /// Changes how many periods price and cost recur. Engines keep what they were given before.
    void set_term(const Id &product, std::uint32_t term) {
        check(basketry_catalog_set_term(native(), product.native(), term));
    }

    /// Says whether a product is a service or contract. Engines keep what they were given before.
    void set_service(const Id &product, bool service) {
        check(basketry_catalog_set_service(native(), product.native(), service ? 1 : 0));
    }

    /// Changes the content of a pack; 0: not known. Engines keep what they were given before.
    void set_pack(const Id &product, double pack) {
        check(basketry_catalog_set_pack(native(), product.native(), pack));
    }

    /// Changes a rating, 0 to 5. Engines keep what they were given before.
    void set_rating(const Id &product, double rating) {
        check(basketry_catalog_set_rating(native(), product.native(), rating));
    }

    /// Says what a product is to another: one of the constants that begin with BASKETRY_LINK_.
    void link(const Id &product, std::int32_t link, const Id &other) {
        check(basketry_catalog_link(native(), product.native(), link, other.native()));
    }

private:
    using Handle::Handle;
};

inline Hierarchy Hierarchy::from_catalog(const Catalog &catalog) {
    return adopt(detail::make<basketry_hierarchy>(
        [&](auto out) { return basketry_hierarchy_from_catalog(catalog.native(), out); }));
}

/// Past orders.
class History : public detail::Handle<basketry_history, basketry_history_free> {
public:
    /// Reads an Arrow stream of order lines, which is consumed. Begin the columns with
    /// BASKETRY_HISTORY_COLUMNS_INIT.
    static History from_arrow(ArrowArrayStream &stream, const basketry_history_columns &columns,
                              const basketry_history_options *options = nullptr,
                              const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_history>(control, [&](auto c, auto out) {
            return basketry_history_from_arrow(&stream, &columns, options, c, out);
        }));
    }

    /// Reads a CSV file of order lines.
    static History from_csv(const std::string &file, const basketry_history_columns &columns,
                            const basketry_history_options *options = nullptr,
                            const basketry_csv_options *csv = nullptr,
                            const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_history>(control, [&](auto c, auto out) {
            return basketry_history_from_csv(file.c_str(), &columns, options, csv, c, out);
        }));
    }

    /// Takes over a handle of C.
    static History adopt(basketry_history *handle) noexcept { return History(handle); }

    /// How many baskets there are.
    std::size_t size() const noexcept { return basketry_history_len(native()); }

    /// How many lines there are.
    std::size_t lines() const noexcept { return basketry_history_lines(native()); }

    /// What became of the lines that were read, as JSON.
    std::string_view report() const noexcept { return view(basketry_history_report(native())); }

    /// Appends the order lines of an Arrow stream, which is consumed.
    void append_arrow(ArrowArrayStream &stream, const basketry_history_columns &columns,
                      const basketry_history_options *options = nullptr,
                      const Control *control = nullptr) {
        detail::watched(control, [&](auto c) {
            return basketry_history_append_arrow(native(), &stream, &columns, options, c);
        });
    }

    /// Appends the order lines of a CSV file.
    void append_csv(const std::string &file, const basketry_history_columns &columns,
                    const basketry_history_options *options = nullptr,
                    const basketry_csv_options *csv = nullptr, const Control *control = nullptr) {
        detail::watched(control, [&](auto c) {
            return basketry_history_append_csv(native(), file.c_str(), &columns, options, csv, c);
        });
    }

    /// Adds the lines of another history, as if its source had been read after that of this one.
    void extend(const History &other, const Control *control = nullptr) {
        detail::watched(control, [&](auto c) {
            return basketry_history_extend(native(), other.native(), c);
        });
    }

    /// Takes out all that is known of some customers; returns how many of them were not here.
    std::uint64_t forget(const std::vector<Id> &customers, const Control *control = nullptr) {
        const std::vector<basketry_id> ids = detail::native_ids(customers);
        std::uint64_t unknown = 0;
        detail::watched(control, [&](auto c) {
            return basketry_history_forget(native(), ids.data(), ids.size(), c, &unknown);
        });
        return unknown;
    }

    /// The distinct products of each basket, for mining.
    Baskets to_baskets() const {
        return Baskets::adopt(detail::make<basketry_baskets>(
            [&](auto out) { return basketry_history_to_baskets(native(), out); }));
    }

    /// As above, with weights that halve with every half-life between a basket and now.
    Baskets to_decayed_baskets(std::int64_t now_ms, double half_life_days) const {
        return Baskets::adopt(detail::make<basketry_baskets>([&](auto out) {
            return basketry_history_to_decayed_baskets(native(), now_ms, half_life_days, out);
        }));
    }

private:
    using Handle::Handle;
};

inline Utilities Utilities::from_history(const History &history, const Catalog *catalog,
                                         std::int32_t no_cost) {
    return adopt(detail::make<basketry_utilities>([&](auto out) {
        return basketry_utilities_from_history(
            history.native(), catalog == nullptr ? nullptr : catalog->native(), no_cost, out);
    }));
}

/// Sequences of purchases that many customers have, one row each.
class Sequences : public detail::Handle<basketry_sequences, basketry_sequences_free> {
public:
    /// Finds what enough customers buy after what. Begin the options with
    /// BASKETRY_SEQUENCE_OPTIONS_INIT.
    static Sequences mine(const History &history, const basketry_sequence_options &options,
                          const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_sequences>(control, [&](auto c, auto out) {
            return basketry_sequences_mine(history.native(), &options, c, out);
        }));
    }

    /// Sequences from what bytes() gave.
    static Sequences from_bytes(std::string_view bytes) {
        return adopt(detail::make<basketry_sequences>([&](auto out) {
            return basketry_sequences_from_bytes(detail::data(bytes), bytes.size(), out);
        }));
    }

    /// Takes over a handle of C.
    static Sequences adopt(basketry_sequences *handle) noexcept { return Sequences(handle); }

    std::size_t size() const noexcept { return basketry_sequences_len(native()); }

    /// The sequences as columns.
    const basketry_sequence_columns &columns() const noexcept {
        return *basketry_sequences_columns(native());
    }

    /// The id of an item of the columns.
    Id item(std::uint32_t item) const {
        basketry_id id;
        check(basketry_sequences_item(native(), item, &id));
        return id;
    }

    /// The sequences with the largest measure first, such as "lift".
    Sequences sorted(const std::string &measure) const {
        return adopt(detail::make<basketry_sequences>([&](auto out) {
            return basketry_sequences_sorted(native(), measure.c_str(), out);
        }));
    }

    /// What follows these orders, the oldest first: the n best by a measure.
    Sequences after(const std::vector<std::vector<Id>> &orders, std::size_t n,
                    const std::string &measure = "confidence") const {
        std::vector<std::vector<basketry_id>> ids;
        std::vector<basketry_ids> lists;
        ids.reserve(orders.size());
        for (const auto &order : orders) {
            ids.push_back(detail::native_ids(order));
            lists.push_back({ids.back().data(), ids.back().size()});
        }
        return adopt(detail::make<basketry_sequences>([&](auto out) {
            return basketry_sequences_after(native(), lists.data(), lists.size(), n,
                                            measure.c_str(), out);
        }));
    }

    /// The sequences as bytes, for keeping; from_bytes reads them.
    std::string_view bytes() const { return detail::bytes(native(), basketry_sequences_bytes); }

    /// Writes the sequences as an Arrow stream, which the caller releases.
    void export_to(ArrowArrayStream &out) const {
        check(basketry_sequences_export(native(), &out));
    }

private:
    using Handle::Handle;
};

/// Makes a history line by line.
class HistoryBuilder
    : public detail::Handle<basketry_history_builder, basketry_history_builder_free> {
public:
    /// The fields are a sum of BASKETRY_WITH_CUSTOMERS, BASKETRY_WITH_BASKETS and
    /// BASKETRY_WITH_REVENUE.
    explicit HistoryBuilder(std::uint32_t fields,
                            const basketry_history_options *options = nullptr)
        : Handle(detail::make<basketry_history_builder>([&](auto out) {
              return basketry_history_builder_new(fields, options, out);
          })) {}

    /// Adds a line. Begin it with BASKETRY_ORDER_LINE_INIT.
    void push(const basketry_order_line &line) {
        check(basketry_history_builder_push(native(), &line));
    }

    /// Groups the lines into a history and uses the builder up.
    History finish(const Control *control = nullptr) {
        return History::adopt(
            detail::make_watched<basketry_history>(control, [&](auto c, auto out) {
                return basketry_history_builder_finish(native(), c, out);
            }));
    }
};

/// Ranked products for customers or baskets.
class Recommendations
    : public detail::Handle<basketry_recommendations, basketry_recommendations_free> {
public:
    /// Takes over a handle of C.
    static Recommendations adopt(basketry_recommendations *handle) noexcept {
        return Recommendations(handle);
    }

    std::size_t size() const noexcept { return columns().len; }

    /// The rows as columns.
    const basketry_recommendation_columns &columns() const noexcept {
        return *basketry_recommendations_columns(native());
    }

    /// The id of a product of the columns.
    Id product(std::uint32_t product) const {
        basketry_id id;
        check(basketry_recommendations_product(native(), product, &id));
        return id;
    }

    /// Writes the rows as an Arrow stream, which the caller releases.
    void export_to(ArrowArrayStream &out) const {
        check(basketry_recommendations_export(native(), &out));
    }

private:
    using Handle::Handle;
};

/// What to recommend. A number of products is enough.
struct RecommendOptions {
    RecommendOptions(std::size_t count = 10) : n(count) {} // NOLINT: a number is meant to do

    /// The products for each customer or basket.
    std::size_t n;
    /// Only products that the customer never bought.
    bool new_only = false;
    /// Only these products, if there is a list.
    std::optional<std::vector<Id>> candidates;
    /// Never these products.
    std::vector<Id> exclude;
    /// Pairs of a customer and a product that they are never recommended.
    std::vector<std::pair<Id, Id>> exclude_for;
    /// When the order is placed, in milliseconds since 1970; the model's time without.
    std::optional<std::int64_t> at_ms;
    /// How many threads to use; 0 means one for each core.
    std::size_t threads = 0;
};

/// As of when to score, and with how many threads.
struct ScoreOptions {
    /// When the order is placed, in milliseconds since 1970; the model's time without.
    std::optional<std::int64_t> at_ms;
    /// How many threads to use; 0 means one for each core.
    std::size_t threads = 0;

    /// The options as C has them; they point into these.
    basketry_score_options get() const noexcept {
        basketry_score_options options = BASKETRY_SCORE_OPTIONS_INIT;
        options.at_ms = at_ms ? &*at_ms : nullptr;
        options.threads = threads;
        return options;
    }
};

namespace detail {

/// RecommendOptions as C has them.
class NativeRecommend {
public:
    explicit NativeRecommend(const RecommendOptions &options)
        : exclude_(native_ids(options.exclude)) {
        if (options.candidates) {
            candidates_ = native_ids(*options.candidates);
            list_ = {candidates_.data(), candidates_.size()};
            native_.candidates = &list_;
        }
        for (const auto &pair : options.exclude_for) {
            pairs_.push_back({pair.first.native(), pair.second.native()});
        }
        native_.n = options.n;
        native_.new_only = options.new_only ? 1 : 0;
        native_.exclude = {exclude_.data(), exclude_.size()};
        native_.exclude_for = pairs_.data();
        native_.n_exclude_for = pairs_.size();
        native_.at_ms = options.at_ms ? &*options.at_ms : nullptr;
        native_.threads = options.threads;
    }
    NativeRecommend(const NativeRecommend &) = delete;
    NativeRecommend &operator=(const NativeRecommend &) = delete;
    const basketry_recommend_options &get() const noexcept { return native_; }

private:
    std::vector<basketry_id> candidates_;
    std::vector<basketry_id> exclude_;
    std::vector<basketry_customer_product> pairs_;
    basketry_ids list_ = {nullptr, 0};
    basketry_recommend_options native_ = BASKETRY_RECOMMEND_OPTIONS_INIT;
};

} // namespace detail

/// A probability and what it is made of.
class Explanation : public detail::Handle<basketry_explanation, basketry_explanation_free> {
public:
    /// Takes over a handle of C.
    static Explanation adopt(basketry_explanation *handle) noexcept { return Explanation(handle); }

    double probability() const noexcept { return basketry_explanation_probability(native()); }

    /// The explanation as JSON.
    std::string_view json() const noexcept { return view(basketry_explanation_json(native())); }

    /// The explanation in words.
    std::string_view text() const noexcept { return view(basketry_explanation_text(native())); }

private:
    using Handle::Handle;
};

/// What was learned: one immutable file.
class Model : public detail::Handle<basketry_model, basketry_model_free> {
public:
    /// Learns a model.
    static Model fit(const Catalog &catalog, const History &history,
                     const basketry_fit_options *options = nullptr,
                     const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_model>(control, [&](auto c, auto out) {
            return basketry_fit(catalog.native(), history.native(), options, c, out);
        }));
    }

    /// Opens a model file by mapping it into memory.
    static Model open(const std::string &file) {
        return adopt(detail::make<basketry_model>(
            [&](auto out) { return basketry_model_open(file.c_str(), out); }));
    }

    /// Reads a model file into memory.
    static Model read(const std::string &file) {
        return adopt(detail::make<basketry_model>(
            [&](auto out) { return basketry_model_read(file.c_str(), out); }));
    }

    /// Makes a model from the bytes of a model file, which are copied.
    static Model from_bytes(std::string_view bytes) {
        return adopt(detail::make<basketry_model>([&](auto out) {
            const auto *data = reinterpret_cast<const std::uint8_t *>(bytes.data());
            return basketry_model_from_bytes(data, bytes.size(), out);
        }));
    }

    /// Takes over a handle of C.
    static Model adopt(basketry_model *handle) noexcept { return Model(handle); }

    /// Writes the model file.
    void save(const std::string &file) const { check(basketry_model_save(native(), file.c_str())); }

    /// Throws unless all checksums match.
    void verify() const { check(basketry_model_verify(native())); }

    /// The bytes of the model file.
    std::string_view bytes() const {
        const std::uint8_t *data = nullptr;
        std::size_t len = 0;
        check(basketry_model_bytes(native(), &data, &len));
        return {reinterpret_cast<const char *>(data), len};
    }

    /// What was learned and what was not, as JSON.
    std::string_view report() const noexcept { return view(basketry_model_report(native())); }

    /// The options that the model was fitted with, as JSON.
    std::string_view options() const noexcept { return view(basketry_model_options(native())); }

    /// How many products and customers the model knows.
    std::size_t products() const noexcept { return basketry_model_products(native()); }
    std::size_t customers() const noexcept { return basketry_model_customers(native()); }

    /// The id of the product with this index.
    Id product(std::size_t index) const {
        basketry_id id;
        check(basketry_model_product(native(), index, &id));
        return id;
    }

    /// The id of the customer with this index.
    Id customer(std::size_t index) const {
        basketry_id id;
        check(basketry_model_customer(native(), index, &id));
        return id;
    }

    /// The id of the model, 32 hexadecimal digits.
    std::string_view id() const noexcept { return view(basketry_model_id(native())); }

    /// The time of the last order learned from, in milliseconds since 1970.
    std::int64_t as_of() const noexcept { return basketry_model_as_of(native()); }

    /// The products each customer most probably buys next. The options may be just a number of
    /// products.
    Recommendations recommend(const std::vector<Id> &customers,
                              const RecommendOptions &options = {},
                              const Control *control = nullptr) const {
        const std::vector<basketry_id> ids = detail::native_ids(customers);
        const detail::NativeRecommend native_options(options);
        return Recommendations::adopt(
            detail::make_watched<basketry_recommendations>(control, [&](auto c, auto out) {
                return basketry_model_recommend(native(), ids.data(), ids.size(),
                                                &native_options.get(), c, out);
            }));
    }

    /// The products most probably added to each basket. Customers are those who hold the baskets,
    /// one for each; with none, nobody is known.
    Recommendations complete(const std::vector<std::vector<Id>> &baskets,
                             const RecommendOptions &options = {},
                             const std::vector<Id> &customers = {},
                             const Control *control = nullptr) const {
        const detail::NativeLists lists(baskets);
        const std::vector<basketry_id> ids = native_customers(customers, baskets.size());
        const detail::NativeRecommend native_options(options);
        return Recommendations::adopt(
            detail::make_watched<basketry_recommendations>(control, [&](auto c, auto out) {
                return basketry_model_complete(native(), lists.data(),
                                               ids.empty() ? nullptr : ids.data(), lists.size(),
                                               &native_options.get(), c, out);
            }));
    }

    /// The probability that each customer buys the product at the same place in their next order;
    /// NaN for a product that the model does not know.
    std::vector<float> score(const std::vector<Id> &customers, const std::vector<Id> &products,
                             const ScoreOptions &options = {},
                             const Control *control = nullptr) const {
        check_pairs(customers.size(), products.size());
        const std::vector<basketry_id> who = detail::native_ids(customers);
        const std::vector<basketry_id> what = detail::native_ids(products);
        const basketry_score_options native_options = options.get();
        std::vector<float> probabilities(products.size());
        detail::watched(control, [&](auto c) {
            return basketry_model_score(native(), who.data(), what.data(), what.size(),
                                        &native_options, c, probabilities.data(), nullptr);
        });
        return probabilities;
    }

    /// The probability that the product at the same place is bought in the order that holds each
    /// basket's products so far.
    std::vector<float> score_baskets(const std::vector<std::vector<Id>> &baskets,
                                     const std::vector<Id> &products,
                                     const std::vector<Id> &customers = {},
                                     const ScoreOptions &options = {},
                                     const Control *control = nullptr) const {
        check_pairs(baskets.size(), products.size());
        const detail::NativeLists lists(baskets);
        const std::vector<basketry_id> what = detail::native_ids(products);
        const std::vector<basketry_id> who = native_customers(customers, baskets.size());
        const basketry_score_options native_options = options.get();
        std::vector<float> probabilities(products.size());
        detail::watched(control, [&](auto c) {
            return basketry_model_score_baskets(native(), lists.data(), what.data(),
                                                who.empty() ? nullptr : who.data(), what.size(),
                                                &native_options, c, probabilities.data(), nullptr);
        });
        return probabilities;
    }

    /// What the probability of a product for a customer (none for a stranger) is made of; with a
    /// basket, even an empty one, of its being added to that.
    Explanation explain(const Id &product, const Id &customer = Id(),
                        const std::vector<Id> *basket = nullptr,
                        const ScoreOptions &options = {}) const {
        std::vector<basketry_id> ids;
        if (basket != nullptr) {
            ids = detail::native_ids(*basket);
        }
        const basketry_ids list = {ids.data(), ids.size()};
        const basketry_score_options native_options = options.get();
        return Explanation::adopt(detail::make<basketry_explanation>([&](auto out) {
            return basketry_model_explain(native(),
                                          customer.is_none() ? nullptr : &customer.native(),
                                          basket == nullptr ? nullptr : &list, product.native(),
                                          &native_options, out);
        }));
    }

    /// Whether product ids are integers or texts: BASKETRY_ID_INT or BASKETRY_ID_STR.
    std::int32_t product_kind() const noexcept { return basketry_model_product_kind(native()); }
    std::int32_t customer_kind() const noexcept { return basketry_model_customer_kind(native()); }

    /// The same model with rules that it holds from then on.
    Model with_rules(const Rules &rules) const {
        return adopt(detail::make<basketry_model>([&](auto out) {
            return basketry_model_with_rules(native(), rules.native(), out);
        }));
    }

    /// The rules that the model holds.
    Rules rules() const {
        return Rules::adopt(detail::make<basketry_rules>(
            [&](auto out) { return basketry_model_rules(native(), out); }));
    }

    /// The n best rules of the model for a basket, the best first.
    Rules matching_rules(const std::vector<Id> &basket, std::size_t n = 10,
                         const std::string &measure = "confidence") const {
        const std::vector<basketry_id> ids = detail::native_ids(basket);
        return Rules::adopt(detail::make<basketry_rules>([&](auto out) {
            return basketry_model_matching_rules(native(), ids.data(), ids.size(), n,
                                                 measure.c_str(), out);
        }));
    }

    /// Writes what a product is to others, or without one what all are, as an Arrow stream, which the
    /// caller releases.
    void relations(ArrowArrayStream &out, const Id &product = Id()) const {
        check(basketry_model_relations(native(), product.is_none() ? nullptr : &product.native(),
                                       &out));
    }

    /// Writes the n products most similar to each of these as an Arrow stream, which the caller
    /// releases.
    void similar(ArrowArrayStream &out, const std::vector<Id> &products, std::size_t n = 10,
                 const Control *control = nullptr) const {
        const std::vector<basketry_id> ids = detail::native_ids(products);
        detail::watched(control, [&](auto c) {
            return basketry_model_similar(native(), ids.data(), ids.size(), n, c, &out);
        });
    }

    /// Writes what customers are due to buy again as an Arrow stream, which the caller releases.
    void due(ArrowArrayStream &out, const std::vector<Id> &customers,
             const basketry_due_options *options = nullptr,
             const Control *control = nullptr) const {
        const std::vector<basketry_id> ids = detail::native_ids(customers);
        detail::watched(control, [&](auto c) {
            return basketry_model_due(native(), ids.data(), ids.size(), options, c, &out);
        });
    }

    /// How a product is bought again, one of the constants that begin with BASKETRY_CYCLE_.
    std::int32_t cycle(const Id &product) const {
        std::int32_t cycle = BASKETRY_CYCLE_ONE_OFF;
        check(basketry_model_cycle(native(), product.native(), &cycle));
        return cycle;
    }

    /// The same model without the ids and purchases of some customers.
    Model forget(const std::vector<Id> &customers) const {
        const std::vector<basketry_id> ids = detail::native_ids(customers);
        return adopt(detail::make<basketry_model>([&](auto out) {
            return basketry_model_forget(native(), ids.data(), ids.size(), out);
        }));
    }

private:
    // C cannot see the lengths of all its arrays.
    static void check_pairs(std::size_t requests, std::size_t products) {
        if (requests != products) {
            throw std::invalid_argument("products: expected one for each customer or basket");
        }
    }

    static std::vector<basketry_id> native_customers(const std::vector<Id> &customers,
                                                     std::size_t baskets) {
        if (!customers.empty() && customers.size() != baskets) {
            throw std::invalid_argument("customers: expected one for each basket");
        }
        return detail::native_ids(customers);
    }

    using Handle::Handle;
};

/// A model kept up to date: orders come, customers go.
class Learner : public detail::Handle<basketry_learner, basketry_learner_free> {
public:
    /// Begins with some orders, which may be none; catalogue and orders are copied.
    Learner(const Catalog &catalog, const History &history,
            const basketry_fit_options *options = nullptr)
        : Handle(detail::make<basketry_learner>([&](auto out) {
              return basketry_learner_new(catalog.native(), history.native(), options, out);
          })) {}

    /// Goes on from a model that was fitted before; the history holds all orders.
    static Learner resume(const Model &model, const Catalog &catalog, const History &history) {
        return Learner(detail::make<basketry_learner>([&](auto out) {
            return basketry_learner_resume(model.native(), catalog.native(), history.native(), out);
        }));
    }

    /// Adds orders.
    void append(const History &orders, const Control *control = nullptr) {
        detail::watched(control, [&](auto c) {
            return basketry_learner_append(native(), orders.native(), c);
        });
    }

    /// Takes customers out; returns how many of them were not here.
    std::uint64_t forget(const std::vector<Id> &customers, const Control *control = nullptr) {
        const std::vector<basketry_id> ids = detail::native_ids(customers);
        std::uint64_t unknown = 0;
        detail::watched(control, [&](auto c) {
            return basketry_learner_forget(native(), ids.data(), ids.size(), c, &unknown);
        });
        return unknown;
    }

    /// Puts another catalogue in place.
    void set_catalog(const Catalog &catalog) {
        check(basketry_learner_set_catalog(native(), catalog.native()));
    }

    /// Learns everything anew.
    Model fit(const Control *control = nullptr) {
        return Model::adopt(detail::make_watched<basketry_model>(control, [&](auto c, auto out) {
            return basketry_learner_fit(native(), c, out);
        }));
    }

    /// Counts anew, and carries the rest over from the last fit.
    Model update(const Control *control = nullptr) {
        return Model::adopt(detail::make_watched<basketry_model>(control, [&](auto c, auto out) {
            return basketry_learner_update(native(), c, out);
        }));
    }

    /// Whether what an update carries over has aged.
    bool refit_due() const noexcept { return basketry_learner_refit_due(native()); }

    /// How many baskets and customers there are.
    std::size_t baskets() const noexcept { return basketry_learner_baskets(native()); }
    std::size_t customers() const noexcept { return basketry_learner_customers(native()); }

private:
    using Handle::Handle;
};

/// What a shop wants offered.
class Policy : public detail::Handle<basketry_policy, basketry_policy_free> {
public:
    /// Reads TOML.
    static Policy from_toml(std::string_view text) {
        return adopt(detail::make<basketry_policy>(
            [&](auto out) { return basketry_policy_from_toml(str(text), out); }));
    }

    /// Reads a JSON object.
    static Policy from_json(std::string_view text) {
        return adopt(detail::make<basketry_policy>(
            [&](auto out) { return basketry_policy_from_json(str(text), out); }));
    }

    /// Reads a file: JSON if its name ends in .json, TOML otherwise.
    static Policy from_file(const std::string &file) {
        return adopt(detail::make<basketry_policy>(
            [&](auto out) { return basketry_policy_from_file(file.c_str(), out); }));
    }

    /// Takes over a handle of C.
    static Policy adopt(basketry_policy *handle) noexcept { return Policy(handle); }

    /// The policy as JSON, every default spelled out.
    std::string_view json() const noexcept { return view(basketry_policy_json(native())); }

    /// Of a policy that DecisionLog::learn made: the numbers that were measured, with what the log alone
    /// says of each and its standard error, as a JSON list (basketry_policy_learned).
    std::string_view learned() const noexcept { return view(basketry_policy_learned(native())); }

private:
    using Handle::Handle;
};

/// One request: who, where, when, and what is in the basket. It keeps copies of all texts.
class Context {
public:
    /// A request at this time (milliseconds since 1970) by nobody known, with an empty basket.
    explicit Context(std::int64_t now_ms) { context_.now_ms = now_ms; }

    Context(Context &&) = default;
    Context &operator=(Context &&) = default;

    Context &customer(const Id &id) {
        context_.customer = keep(id);
        return *this;
    }

    /// Where the offers are shown, such as "cart".
    Context &placement(std::string_view placement) {
        context_.placement = keep_text(placement);
        return *this;
    }

    /// The product whose page is being looked at.
    Context &viewed(const Id &id) {
        context_.viewed = keep(id);
        return *this;
    }

    /// Adds a line to the basket.
    Context &line(const Id &product, double quantity = 1) {
        basket_.push_back({keep(product), quantity});
        return *this;
    }

    /// Adds an order that the customer made since the model was fitted.
    Context &order_since(std::int64_t time_ms, const std::vector<std::pair<Id, double>> &lines) {
        orders_.push_back({time_ms, {}});
        for (const auto &[product, quantity] : lines) {
            orders_.back().lines.push_back({keep(product), quantity});
        }
        return *this;
    }

    /// Adds a line of the order that was just placed: what is offered comes after it.
    Context &after(const Id &product, double quantity = 1) {
        after_.push_back({keep(product), quantity});
        return *this;
    }

    /// Adds a product that the customer returned.
    Context &returned(const Id &product) {
        returned_.push_back(keep(product));
        return *this;
    }

    /// Through which channel the offers go, such as "mail".
    Context &channel(std::string_view channel) {
        context_.channel = keep_text(channel);
        return *this;
    }

    /// Whether the offers ride along in a message that goes out anyway.
    Context &ride_along(bool ride_along = true) noexcept {
        context_.ride_along = ride_along ? 1 : 0;
        return *this;
    }

    /// Adds a segment that the customer belongs to.
    Context &segment(std::string_view segment) {
        segments_.push_back(keep_text(segment));
        return *this;
    }

    /// Adds something that the customer has consented to.
    Context &consent(std::string_view consent) {
        consents_.push_back(keep_text(consent));
        return *this;
    }

    /// What losing the customer would cost, in minor units.
    Context &customer_value(double minor_units) noexcept {
        context_.customer_value = minor_units;
        return *this;
    }

    /// Adds an offer that the customer was shown before. Its channel and products are copied.
    Context &contact(basketry_contact contact, const std::vector<Id> &products = {}) {
        if (contact.channel != nullptr) {
            contact.channel = keep_text(contact.channel);
        }
        contacts_.push_back({contact, {}});
        for (const Id &product : products) {
            contacts_.back().products.push_back(keep(product));
        }
        return *this;
    }

    /// The seed for what a policy leaves to chance.
    Context &seed(std::uint64_t seed) noexcept {
        context_.seed = seed;
        return *this;
    }

    /// The request as C has it, which borrows from the context.
    class Native {
    public:
        explicit Native(const Context &context) : native_(context.context_) {
            orders_.reserve(context.orders_.size());
            for (const Order &order : context.orders_) {
                orders_.push_back({order.time_ms, order.lines.data(), order.lines.size()});
            }
            contacts_.reserve(context.contacts_.size());
            for (const Contact &contact : context.contacts_) {
                contacts_.push_back(contact.contact);
                contacts_.back().products = contact.products.data();
                contacts_.back().n_products = contact.products.size();
            }
            native_.segments = context.segments_.data();
            native_.n_segments = context.segments_.size();
            native_.consents = context.consents_.data();
            native_.n_consents = context.consents_.size();
            native_.contacts = contacts_.data();
            native_.n_contacts = contacts_.size();
            native_.basket = context.basket_.data();
            native_.n_basket = context.basket_.size();
            native_.orders_since = orders_.data();
            native_.n_orders_since = orders_.size();
            native_.after = context.after_.data();
            native_.n_after = context.after_.size();
            native_.returned = context.returned_.data();
            native_.n_returned = context.returned_.size();
        }
        // What it points to moves along, but is not copied.
        Native(Native &&) = default;
        Native &operator=(Native &&) = default;
        const basketry_context &get() const noexcept { return native_; }

    private:
        std::vector<basketry_order> orders_;
        std::vector<basketry_contact> contacts_;
        basketry_context native_;
    };

    /// Calls use with the request as C has it, which is borrowed for the call.
    template <typename Use>
    auto with_native(Use use) const {
        return use(Native(*this).get());
    }

private:
    struct Order {
        std::int64_t time_ms;
        std::vector<basketry_line> lines;
    };

    struct Contact {
        basketry_contact contact;
        std::vector<basketry_id> products;
    };

    const char *keep_text(std::string_view text) {
        texts_.emplace_back(text);
        return texts_.back().c_str();
    }

    basketry_id keep(const Id &id) {
        if (!id.is_text()) {
            return id.native();
        }
        texts_.emplace_back(id.text());
        return Id(texts_.back()).native();
    }

    basketry_context context_ = BASKETRY_CONTEXT_INIT;
    std::vector<basketry_line> basket_;
    std::vector<Order> orders_;
    std::vector<const char *> segments_;
    std::vector<const char *> consents_;
    std::vector<Contact> contacts_;
    std::vector<basketry_line> after_;
    std::vector<basketry_id> returned_;
    // A list, since what C points to must not move.
    std::list<std::string> texts_;
};

/// The answer of Decision::why_not.
struct WhyNot {
    /// Why it is not offered, one of the constants that begin with BASKETRY_REASON_;
    /// BASKETRY_REASON_NONE if it is offered.
    std::int32_t reason;
    /// The answer in plain words.
    std::string text;
};

/// Ordered offers, perhaps none, and everything needed to say why.
class Decision : public detail::Handle<basketry_decision, basketry_decision_free> {
public:
    /// Goes through the offers, the most valuable first.
    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = basketry_offer;
        using difference_type = std::ptrdiff_t;
        using pointer = const basketry_offer *;
        using reference = const basketry_offer &;

        Iterator(const basketry_decision *decision, std::size_t index) noexcept
            : decision_(decision), index_(index) {}

        reference operator*() const noexcept {
            return *basketry_decision_offer(decision_, index_);
        }
        pointer operator->() const noexcept { return basketry_decision_offer(decision_, index_); }
        Iterator &operator++() noexcept {
            ++index_;
            return *this;
        }
        Iterator operator++(int) noexcept { return {decision_, index_++}; }
        bool operator==(const Iterator &other) const noexcept { return index_ == other.index_; }
        bool operator!=(const Iterator &other) const noexcept { return index_ != other.index_; }

    private:
        const basketry_decision *decision_;
        std::size_t index_;
    };

    /// Takes over a handle of C.
    static Decision adopt(basketry_decision *handle) noexcept { return Decision(handle); }

    std::size_t size() const noexcept { return basketry_decision_len(native()); }
    bool empty() const noexcept { return size() == 0; }
    Iterator begin() const noexcept { return {native(), 0}; }
    Iterator end() const noexcept { return {native(), size()}; }

    /// The offer at an index; throws std::out_of_range if there is none.
    const basketry_offer &at(std::size_t index) const {
        const basketry_offer *offer = basketry_decision_offer(native(), index);
        if (offer == nullptr) {
            throw std::out_of_range("basketry::Decision::at");
        }
        return *offer;
    }

    /// The expected contribution of all offers, in minor units.
    double value() const noexcept { return basketry_decision_value(native()); }

    /// Why nothing is offered, whatever it is, one of the constants that begin with BASKETRY_REASON_;
    /// BASKETRY_REASON_NONE if nothing stops offers.
    std::int32_t stopped() const noexcept { return basketry_decision_stopped(native()); }

    /// True if the customer is held out: offered nothing, to measure against.
    bool held_out() const noexcept { return basketry_decision_held_out(native()); }

    /// The offers that would have been made, had the customer not been held out.
    std::vector<basketry_offer> withheld() const {
        std::vector<basketry_offer> rows;
        for (std::size_t i = 0; i < basketry_decision_withheld_len(native()); i++) {
            rows.push_back(*basketry_decision_withheld(native(), i));
        }
        return rows;
    }

    /// The slot that was drawn by lot, counted from 1; 0 if nothing was left to chance.
    std::uint32_t explored_slot() const noexcept { return basketry_decision_explored_slot(native()); }

    /// The candidates that the slot was drawn from.
    std::vector<basketry_explore_choice> choices() const {
        std::vector<basketry_explore_choice> rows;
        for (std::size_t i = 0; i < basketry_decision_choices_len(native()); i++) {
            rows.push_back(*basketry_decision_choice(native(), i));
        }
        return rows;
    }

    /// What became of the policy's quotas.
    std::vector<basketry_quota_use> quotas() const {
        std::vector<basketry_quota_use> rows;
        for (std::size_t i = 0; i < basketry_decision_quotas_len(native()); i++) {
            rows.push_back(*basketry_decision_quota(native(), i));
        }
        return rows;
    }

    /// What contacting the customer with any offer risks, in minor units.
    double contact_risk() const noexcept { return basketry_decision_contact_risk(native()); }

    /// True if the model knows the customer.
    bool customer_known() const noexcept { return basketry_decision_customer_known(native()); }

    /// The id under which the decision is logged: 32 hexadecimal digits.
    std::string_view id() const noexcept { return view(basketry_decision_id(native())); }

    /// The decision as one line of JSON: the log entry from which it can be replayed.
    std::string_view json() const noexcept { return view(basketry_decision_json(native())); }

    /// The decision for people to read.
    std::string_view text() const noexcept { return view(basketry_decision_text(native())); }

    /// The decision as a table for people, in the policy's language, as a JSON object: caption, columns,
    /// rows and notes.
    std::string_view shown() const noexcept { return view(basketry_decision_shown(native())); }

    /// Why a product is not among the offers.
    WhyNot why_not(const Id &product) const {
        char text[512];
        std::int32_t reason = BASKETRY_REASON_NONE;
        check(basketry_decision_why_not(native(), product.native(), &reason, text, sizeof text));
        return {reason, text};
    }

    /// The candidates that were not offered, those with the greatest chance of being bought first.
    std::vector<basketry_suppressed> suppressed() const {
        std::vector<basketry_suppressed> rows;
        rows.reserve(basketry_decision_suppressed_len(native()));
        for (std::size_t i = 0; i < basketry_decision_suppressed_len(native()); i++) {
            rows.push_back(*basketry_decision_suppressed(native(), i));
        }
        return rows;
    }

    /// What was not as it should be: unknown products, costs that are assumed and so on.
    std::vector<std::string_view> warnings() const {
        std::vector<std::string_view> warnings;
        for (std::size_t i = 0; i < basketry_decision_warnings_len(native()); i++) {
            basketry_str warning;
            check(basketry_decision_warning(native(), i, &warning));
            warnings.push_back(view(warning));
        }
        return warnings;
    }

private:
    using Handle::Handle;
};

/// Decisions as they were logged, joined with what came of them: what there is to learn from.
class DecisionLog : public detail::Handle<basketry_decision_log, basketry_decision_log_free> {
public:
    /// An empty log.
    DecisionLog() : Handle(detail::make<basketry_decision_log>(basketry_decision_log_new)) {}

    /// Takes over a handle of C.
    static DecisionLog adopt(basketry_decision_log *handle) noexcept { return DecisionLog(handle); }

    /// How many decisions there are.
    std::size_t size() const noexcept { return basketry_decision_log_len(native()); }

    /// Adds a decision; says whether it is new.
    bool add(const Decision &decision) {
        bool added = false;
        check(basketry_decision_log_add(native(), decision.native(), &added));
        return added;
    }

    /// Adds a decision from the line it was logged as (Decision::json); says whether it is new.
    bool add_json(std::string_view line) {
        bool added = false;
        check(basketry_decision_log_add_json(native(), str(line), &added));
        return added;
    }

    /// Adds all decisions of another log with what came of them.
    void append(const DecisionLog &other) {
        check(basketry_decision_log_append(native(), other.native()));
    }

    /// Records what came of one offered product of the decision with an id: one of the constants that
    /// begin with BASKETRY_EVENT_.
    void record(std::string_view decision, const Id &product, std::int32_t event) {
        check(basketry_decision_log_record(native(), str(decision), product.native(), event));
    }

    /// Looks up in the shop's orders what was bought within so many days after each decision, and
    /// records it; says how many offered products were found.
    std::uint64_t record_orders(const History &orders, double days,
                                const Control *control = nullptr) {
        std::uint64_t found = 0;
        detail::watched(control, [&](auto c) {
            return basketry_decision_log_record_orders(native(), orders.native(), days, c, &found);
        });
        return found;
    }

    /// Learns how customers respond to offers: the policy with measured numbers in place of assumed
    /// ones, which count as much as so many purchases that confirm them. With what losing a customer
    /// costs, in minor units, also what one offer costs. Policy::learned says how certain it is.
    Policy learn(const Policy &policy, double pseudo_purchases = 20,
                 std::optional<double> customer_value = std::nullopt,
                 const Control *control = nullptr) const {
        const double *value = customer_value ? &*customer_value : nullptr;
        return Policy::adopt(detail::make_watched<basketry_policy>(control, [&](auto c, auto out) {
            return basketry_decision_log_learn(native(), policy.native(), pseudo_purchases, value,
                                               c, out);
        }));
    }

    /// Writes the log as an Arrow stream, which the caller releases.
    void export_to(ArrowArrayStream &out) const {
        check(basketry_decision_log_table(native(), &out));
    }

private:
    using Handle::Handle;
};

/// Offers that are limited together: a category, a supplier, a promise of volume.
struct OfferGroup {
    /// What the group is called in the plan.
    std::string name;
    /// The offers in it.
    std::vector<Id> offers;
    /// How often they are made together at least; what cannot be reached is reached as far as possible.
    std::uint64_t min = 0;
    /// How often they are made together at most.
    std::uint64_t max = UINT64_MAX;
    /// How many of them one customer gets at most; 0 if that is not limited.
    std::uint64_t per_customer = 0;
};

/// The limits of a plan. Texts of ids are borrowed.
struct AssignOptions {
    /// Offers that one customer gets at most, 1 to 64.
    std::uint32_t per_customer = 1;
    /// How often single offers can be made; others as often as they are proposed.
    std::vector<std::pair<Id, std::uint64_t>> capacities;
    /// Offers that are limited together.
    std::vector<OfferGroup> groups;
    /// Pairs of offers that never reach the same customer.
    std::vector<std::pair<Id, Id>> exclusions;
    /// What all offers may cost together, in minor units, if that is limited.
    std::optional<std::int64_t> budget;
    /// Breaks ties between customers for whom an offer is worth the same.
    std::uint64_t seed = 0;
};

/// Which offers are made to which customers.
class Plan : public detail::Handle<basketry_plan, basketry_plan_free> {
public:
    /// Takes over a handle of C.
    static Plan adopt(basketry_plan *handle) noexcept { return Plan(handle); }

    /// What the plan comes to: how many offers, what they are worth, and how far off the best plan that
    /// may be.
    basketry_plan_summary summary() const {
        basketry_plan_summary summary;
        check(basketry_plan_summarize(native(), &summary));
        return summary;
    }

    /// How many offers are made.
    std::size_t size() const { return static_cast<std::size_t>(summary().offers); }

    /// One offer that is made. Customers come in the order of the proposals, each one's most valuable
    /// offer first. Its ids are borrowed from the plan.
    basketry_plan_row at(std::size_t row) const {
        basketry_plan_row made;
        check(basketry_plan_get(native(), row, &made));
        return made;
    }

    /// How often each offer is made.
    std::vector<basketry_volume> offers() const {
        std::vector<basketry_volume> volumes(basketry_plan_offers(native()));
        for (std::size_t i = 0; i < volumes.size(); i++) {
            check(basketry_plan_offer(native(), i, &volumes[i]));
        }
        return volumes;
    }

    /// How often the offers of a group are made, by its position in the options.
    basketry_volume group(std::size_t group) const {
        basketry_volume volume;
        check(basketry_plan_group(native(), group, &volume));
        return volume;
    }

    /// Writes the plan as an Arrow stream, which the caller releases.
    void export_to(ArrowArrayStream &out) const { check(basketry_plan_export(native(), &out)); }

private:
    using Handle::Handle;
};

/// Offers that may be made to customers, and what each would be worth.
class Proposals : public detail::Handle<basketry_proposals, basketry_proposals_free> {
public:
    /// Reads an Arrow stream with a row for each offer that may be made to a customer, which is
    /// consumed. Begin the columns with BASKETRY_PROPOSAL_COLUMNS_INIT.
    static Proposals from_arrow(ArrowArrayStream &stream, const basketry_proposal_columns &columns,
                                const std::string &currency = "EUR",
                                const Control *control = nullptr) {
        return adopt(detail::make_watched<basketry_proposals>(control, [&](auto c, auto out) {
            return basketry_proposals_from_arrow(&stream, &columns, currency.c_str(), c, out);
        }));
    }

    /// Takes over a handle of C.
    static Proposals adopt(basketry_proposals *handle) noexcept { return Proposals(handle); }

    /// How many proposals there are.
    std::size_t size() const noexcept { return basketry_proposals_len(native()); }

    /// The plan that is worth the most within the limits, or almost: its summary says how far off it
    /// may be.
    Plan assign(const AssignOptions &options = {}, const Control *control = nullptr) const {
        std::vector<basketry_capacity> capacities;
        for (const auto &[offer, most] : options.capacities) {
            capacities.push_back({offer.native(), most});
        }
        std::vector<std::vector<basketry_id>> members;
        std::vector<basketry_offer_group> groups;
        members.reserve(options.groups.size());
        for (const OfferGroup &group : options.groups) {
            members.push_back(detail::native_ids(group.offers));
            groups.push_back({group.name.c_str(), members.back().data(), members.back().size(),
                              group.min, group.max, group.per_customer});
        }
        std::vector<basketry_exclusion> exclusions;
        for (const auto &[one, other] : options.exclusions) {
            exclusions.push_back({one.native(), other.native()});
        }
        basketry_assign_options native_options = BASKETRY_ASSIGN_OPTIONS_INIT;
        native_options.capacities = capacities.data();
        native_options.n_capacities = capacities.size();
        native_options.groups = groups.data();
        native_options.n_groups = groups.size();
        native_options.exclusions = exclusions.data();
        native_options.n_exclusions = exclusions.size();
        if (options.budget && *options.budget < 0) {
            // Below 0 means no limit to C.
            throw std::invalid_argument("budget: expected at least 0");
        }
        native_options.budget = options.budget.value_or(-1);
        native_options.seed = options.seed;
        native_options.per_customer = options.per_customer;
        return Plan::adopt(detail::make_watched<basketry_plan>(control, [&](auto c, auto out) {
            return basketry_proposals_assign(native(), &native_options, c, out);
        }));
    }

private:
    using Handle::Handle;
};

/// The tiers of a product line in order of price, and which one to preselect.
class Ladder : public detail::Handle<basketry_ladder, basketry_ladder_free> {
public:
    /// Takes over a handle of C.
    static Ladder adopt(basketry_ladder *handle) noexcept { return Ladder(handle); }

    std::size_t size() const noexcept { return basketry_ladder_len(native()); }

    /// The tier at an index, the cheapest first. What it points to is borrowed from the ladder.
    /// Throws std::out_of_range if there is none.
    basketry_tier at(std::size_t index) const {
        if (index >= size()) {
            throw std::out_of_range("basketry::Ladder::at");
        }
        basketry_tier tier;
        check(basketry_ladder_tier(native(), index, &tier));
        return tier;
    }

    /// All tiers, the cheapest first, as at gives them.
    std::vector<basketry_tier> tiers() const {
        std::vector<basketry_tier> tiers;
        tiers.reserve(size());
        for (std::size_t i = 0; i < size(); i++) {
            tiers.push_back(at(i));
        }
        return tiers;
    }

    /// The index of the tier to preselect; none if no tier may be offered.
    std::optional<std::size_t> preselect() const noexcept {
        const std::int64_t tier = basketry_ladder_preselect(native());
        return tier < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(tier));
    }

    /// The ladder as a JSON object on one line: product, preselect and tiers.
    std::string_view json() const noexcept { return view(basketry_ladder_json(native())); }

private:
    using Handle::Handle;
};

/// Decides what to offer: a model plus what the shop sells now. Any number of threads may decide
/// while another replaces the model or the catalogue.
class Engine : public detail::Handle<basketry_engine, basketry_engine_free> {
public:
    /// Opens a model file and decides from it alone.
    static Engine open(const std::string &file) {
        return adopt(detail::make<basketry_engine>(
            [&](auto out) { return basketry_engine_open(file.c_str(), out); }));
    }

    /// Decides from a model, with the catalogue as it was at fitting.
    explicit Engine(const Model &model)
        : Handle(detail::make<basketry_engine>(
              [&](auto out) { return basketry_engine_new(model.native(), nullptr, out); })) {}

    /// Decides from a model and a live catalogue.
    Engine(const Model &model, const Catalog &catalog)
        : Handle(detail::make<basketry_engine>([&](auto out) {
              return basketry_engine_new(model.native(), catalog.native(), out);
          })) {}

    /// Takes over a handle of C.
    static Engine adopt(basketry_engine *handle) noexcept { return Engine(handle); }

    /// Replaces the catalogue while other threads may decide.
    void set_catalog(const Catalog &catalog) const {
        check(basketry_engine_set_catalog(native(), catalog.native()));
    }

    /// Replaces the model while other threads may decide.
    void set_model(const Model &model) const {
        check(basketry_engine_set_model(native(), model.native()));
    }

    /// The model that decisions are made from now.
    Model model() const {
        return Model::adopt(detail::make<basketry_model>(
            [&](auto out) { return basketry_engine_model(native(), out); }));
    }

    /// The catalogue that decisions are made from now.
    Catalog catalog() const {
        return Catalog::adopt(detail::make<basketry_catalog>(
            [&](auto out) { return basketry_engine_catalog(native(), out); }));
    }

    /// Decides what to offer.
    Decision decide(const Policy &policy, const Context &context) const {
        return context.with_native([&](const basketry_context &request) {
            return Decision::adopt(detail::make<basketry_decision>([&](auto out) {
                return basketry_decide(native(), policy.native(), &request, out);
            }));
        });
    }

    /// Decides what to offer for a context in JSON.
    Decision decide_json(const Policy &policy, std::string_view context) const {
        return Decision::adopt(detail::make<basketry_decision>([&](auto out) {
            return basketry_decide_json(native(), policy.native(), str(context), out);
        }));
    }

    /// What could be offered to each of many customers, one for each context, and what it would be
    /// worth: what Proposals::assign plans a campaign from. Of each the most valuable ones; threads of 0
    /// means one for each core.
    Proposals propose(const Policy &policy, const std::vector<Context> &contexts,
                      std::size_t each = 20, std::size_t threads = 0,
                      const Control *control = nullptr) const {
        std::vector<Context::Native> borrowed;
        std::vector<basketry_context> requests;
        borrowed.reserve(contexts.size());
        requests.reserve(contexts.size());
        for (const Context &context : contexts) {
            borrowed.emplace_back(context);
            requests.push_back(borrowed.back().get());
        }
        basketry_propose_options options = BASKETRY_PROPOSE_OPTIONS_INIT;
        options.each = each;
        options.threads = threads;
        return Proposals::adopt(
            detail::make_watched<basketry_proposals>(control, [&](auto c, auto out) {
                return basketry_engine_propose(native(), policy.native(), requests.data(),
                                               requests.size(), &options, c, out);
            }));
    }

    /// The tiers of a product's line, as far as they are equal on every attribute that must match.
    /// Of the context the customer, the time and the orders since count. A product that the
    /// catalogue does not have is an error.
    Ladder ladder(const Policy &policy, const Context &context, const Id &product) const {
        return context.with_native([&](const basketry_context &request) {
            return Ladder::adopt(detail::make<basketry_ladder>([&](auto out) {
                return basketry_engine_ladder(native(), policy.native(), &request, product.native(),
                                              out);
            }));
        });
    }

private:
    using Handle::Handle;
};

} // namespace basketry

#endif // BASKETRY_HPP
