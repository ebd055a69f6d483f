// An index over all services, built at once and then only read. Documents are numbered in the order of their ids, so that "by id" is
// "by number".
//
// What a condition admits is a sorted list of numbers where few fit, a bitmap where many do (over one document in kDenseShare). A search
// joins all bitmaps word by word, walks the shortest list or the cells around the place, and measures only what is left: a search of
// 100,000 services by text, category, 5 km and open places takes some 10 µs.
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
  std::optional<std::vector<DocumentNumber>> only;  // none but these, ascending

  // Go on after this place in the order.
  struct After {
    double rank = 0;
    ids::Uuid id;
  };
  std::optional<After> after;
  size_t limit = 0;
};

// `rank` orders, smallest first, ties by number: the squared chord to the nearest place, else how well words match, negated.
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

  // `documents` by id, each id once. Takes about 2 µs a document.
  SearchIndex(std::vector<DocumentPtr> documents, const Lexicon& lexicon);

  SearchResult Search(const SearchQuery& query) const;

  const std::vector<DocumentPtr>& documents() const { return documents_; }
  const Document& document(DocumentNumber number) const { return *documents_[number]; }
  std::optional<DocumentNumber> Find(ids::Uuid id) const;
  const Feed* FindFeed(ids::Uuid feed_id) const;
  const Provider* FindProvider(ids::Uuid feed_id, std::string_view external_id) const;

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
  class Conditions;

  void IndexWords(const Lexicon& lexicon);
  void IndexPrefixes();
  void IndexPlaces();
  void IndexFeeds();
  bool IsDense(size_t documents) const;
  WordRange RangeOf(std::string_view prefix) const;
  bool AdmitWord(std::string_view word, Conditions& conditions) const;
  bool AdmitCategories(const std::vector<std::string>& codes, Conditions& conditions) const;
  std::vector<SearchHit> Fitting(const SearchQuery& query, const Conditions& conditions) const;
  std::vector<SearchHit> Near(const SearchQuery& query, const Conditions& conditions) const;
  std::vector<std::pair<uint32_t, uint32_t>> PlacesAround(const geo::Point& point, double metres) const;
  bool FitsAge(DocumentNumber number, int age) const { return minimum_ages_[number] <= age && age <= maximum_ages_[number]; }
  void Score(const std::vector<std::string>& words, std::vector<SearchHit>& hits) const;
  SearchResult Page(const SearchQuery& query, std::vector<SearchHit> hits) const;

  std::vector<DocumentPtr> documents_;
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
  std::array<Bitmap, 33> boroughs_;
  std::vector<uint8_t> minimum_ages_;
  std::vector<uint8_t> maximum_ages_;

  // Places in the order of their cells; those of cells_[c] are cell_offsets_[c] to cell_offsets_[c + 1].
  std::vector<geo::CellKey> cells_;
  std::vector<uint32_t> cell_offsets_;
  std::vector<DocumentNumber> place_documents_;
  std::vector<UnitVector> place_vectors_;
  // Places in the order of their documents.
  std::vector<uint32_t> own_place_offsets_;
  std::vector<UnitVector> own_places_;
  bool several_places_ = false;  // some document has more than one

  absl::flat_hash_map<ids::Uuid, Feed> feeds_;
};

}  // namespace nwd::directory
