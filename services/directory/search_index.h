// An index over all services, built at once and then only read. Documents are numbered by where their first place lies
// (cell by cell, rows from the south), so that what is near lies near in memory too; ties in order are settled by id.
//
// Every condition is a bitmap over the numbers: kept where many documents fit (over one in kDenseShare), made from a
// list where few do. A search joins them word by word, then measures what is left in the stretches of numbers around
// the place: text, category, 5 km and open places among 100,000 services take some 10 µs.
//
// Thread-safe: any number of threads search while one refreshes open places.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/geo/grid.h"
#include "services/directory/bitmap.h"
#include "services/directory/search_document.h"

namespace nwd::directory {

// What to look for; every condition left out does not matter.
struct SearchQuery {
  std::vector<std::string> words;       // as text::Words gives them; each must begin some word
  std::vector<std::string> categories;  // as CategoryKey gives them; any of them
  int borough = -1;                     // bit, see BoroughBit
  std::optional<geo::Point> near;
  double within_metres = 0;  // with `near`
  std::optional<int> age;
  bool open_places = false;
  std::optional<std::vector<DocumentNumber>> only;  // none but these

  // Go on after this place in the order.
  struct After {
    double rank = 0;
    ids::Uuid id;
  };
  std::optional<After> after;
  size_t limit = 0;
};

// `rank` orders, smallest first, ties by id: the squared chord to the nearest place, else how well words match,
// negated.
struct SearchHit {
  double rank = 0;
  DocumentNumber document = 0;
};

struct SearchResult {
  std::vector<SearchHit> hits;  // at most `limit`
  size_t total = 0;             // all that fit, those before `after` included
  bool more = false;            // there are hits after these
};

class SearchIndex {
 public:
  // A provider that a feed names.
  struct Provider {
    std::string external_id;
    std::string name;
    std::vector<DocumentNumber> documents;
  };
  struct Feed {
    size_t services = 0;
    std::vector<Provider> providers;  // by external id
  };

  // Each id once, in any order. Takes some microseconds a document.
  SearchIndex(std::vector<DocumentPtr> documents, const Lexicon& lexicon);

  SearchResult Search(const SearchQuery& query) const;

  const std::vector<DocumentPtr>& documents() const { return documents_; }
  const Document& document(DocumentNumber number) const { return *documents_[number]; }
  std::optional<DocumentNumber> Find(ids::Uuid id) const;
  const Feed* FindFeed(ids::Uuid feed_id) const;
  const Provider* FindProvider(ids::Uuid feed_id, std::string_view external_id) const;
  // The services of a provider; none where the feed names no such provider.
  std::vector<ids::Uuid> ServicesOf(ids::Uuid feed_id, std::string_view external_id) const;

  // Looks at the document's live facts again.
  void RefreshOpenPlaces(DocumentNumber number) const;

 private:
  // Documents in ascending order; a bitmap beside them where they are many.
  struct Posting {
    std::vector<DocumentNumber> documents;
    Bitmap bitmap;
  };
  struct WordRange {
    uint32_t first = 0;
    uint32_t last = 0;  // excluded
  };
  // Things in the order of their cells.
  struct ByCell {
    std::vector<geo::CellKey> cells;  // each once, ascending
    std::vector<uint32_t> offsets;    // things of cells[c] are offsets[c] to offsets[c + 1]
    void Add(geo::CellKey cell, uint32_t thing);
    void Finish(uint32_t things) { offsets.push_back(things); }
    std::pair<uint32_t, uint32_t> StretchOf(const geo::CellSpan& span) const;
  };
  class Fitting;

  void Number();
  void IndexConditions();
  void IndexWords(const Lexicon& lexicon);
  void IndexPrefixes();
  void IndexPlaces();
  void IndexFeeds();
  bool IsDense(size_t documents) const;
  WordRange RangeOf(std::string_view prefix) const;
  void AdmitWord(std::string_view word, Fitting& fitting) const;
  void AdmitCategories(const std::vector<std::string>& codes, Fitting& fitting) const;
  std::vector<SearchHit> Near(const SearchQuery& query, const Fitting& fitting) const;
  bool FitsAge(DocumentNumber number, int age) const {
    return minimum_ages_[number] <= age && age <= maximum_ages_[number];
  }
  void Score(const std::vector<std::string>& words, std::vector<SearchHit>& hits) const;
  SearchResult Page(const SearchQuery& query, std::vector<SearchHit> hits) const;

  std::vector<DocumentPtr> documents_;
  std::vector<DocumentNumber> by_id_;  // numbers in the order of ids
  std::vector<uint32_t> id_order_;     // of a number: its place in by_id_
  Bitmap active_;
  mutable std::vector<std::atomic<uint64_t>> open_;

  // Words in byte order; the postings of words_[w] are offsets_[w] to offsets_[w + 1].
  std::vector<std::string_view> words_;
  std::vector<uint32_t> offsets_;
  std::vector<DocumentNumber> posting_documents_;
  std::vector<uint8_t> posting_weights_;
  absl::flat_hash_map<uint32_t, Bitmap> word_bitmaps_;       // of words that many services hold
  absl::flat_hash_map<std::string, Bitmap> prefix_bitmaps_;  // of short beginnings that many words share

  absl::flat_hash_map<std::string, Posting> categories_;
  std::array<Bitmap, kBoroughs> boroughs_;
  std::vector<uint8_t> minimum_ages_;
  std::vector<uint8_t> maximum_ages_;

  // Places of number n are place_offsets_[n] to place_offsets_[n + 1]; documents that cannot be found near a place have
  // none.
  std::vector<uint32_t> place_offsets_;
  std::vector<UnitVector> places_;
  ByCell first_places_;  // documents by their first place
  ByCell other_places_;  // all places but the first, whose documents are:
  std::vector<DocumentNumber> other_place_documents_;

  absl::flat_hash_map<ids::Uuid, Feed> feeds_;
};

}  // namespace nwd::directory
