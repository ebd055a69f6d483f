// Searching an index: conditions joined, candidates found, measured, ordered. See search_index.h.
#include <algorithm>
#include <deque>

#include "services/directory/search_index.h"

namespace nwd::directory {
namespace {

// Working memory of a thread, so that a search allocates little.
struct Scratch {
  Bitmap fitting;
  Bitmap one;
  std::vector<uint8_t> scores;
};

Scratch& ScratchOf(size_t documents) {
  static thread_local Scratch scratch;
  const size_t words = (documents + 63) / 64;
  scratch.fitting.words().resize(words);
  scratch.one.words().resize(words);
  return scratch;
}

}  // namespace

// Joins conditions: dense ones make a bitmap of what still fits; of the others the shortest is kept as a list to walk.
class SearchIndex::Conditions {
 public:
  Conditions(const SearchIndex& index, bool open_places) : scratch_(ScratchOf(index.documents_.size())) {
    if (!open_places) {
      scratch_.fitting = index.active_;
      return;
    }
    std::vector<uint64_t>& words = scratch_.fitting.words();
    for (size_t i = 0; i < words.size(); ++i) words[i] = index.open_[i].load(std::memory_order_relaxed);
  }

  void Admit(const Bitmap& bitmap) { scratch_.fitting.And(bitmap); }
  // `list` lives as long as this.
  void Admit(std::span<const DocumentNumber> list) {
    if (has_list_ && list.size() >= list_.size()) return AdmitAsBitmap(list);
    if (has_list_) AdmitAsBitmap(list_);
    list_ = list;
    has_list_ = true;
  }
  void AdmitOwned(std::vector<DocumentNumber> list) { Admit(owned_.emplace_back(std::move(list))); }
  // An empty bitmap of the right size, until the next call.
  Bitmap& Blank() {
    scratch_.one.Clear();
    return scratch_.one;
  }

  bool Fits(DocumentNumber number) const { return scratch_.fitting.Has(number); }
  bool has_list() const { return has_list_; }
  std::span<const DocumentNumber> list() const { return list_; }
  const Bitmap& fitting() const { return scratch_.fitting; }
  // Calls `take` with each document that fits all conditions, ascending.
  template <class Take>
  void ForEach(Take take) const {
    if (!has_list_) return scratch_.fitting.ForEach(take);
    for (const DocumentNumber number : list_) {
      if (Fits(number)) take(number);
    }
  }

 private:
  void AdmitAsBitmap(std::span<const DocumentNumber> list) {
    Bitmap& bitmap = Blank();
    for (const DocumentNumber number : list) bitmap.Set(number);
    Admit(bitmap);
  }

  Scratch& scratch_;
  bool has_list_ = false;
  std::span<const DocumentNumber> list_;
  std::deque<std::vector<DocumentNumber>> owned_;  // a deque: what `list_` shows stays where it is
};

SearchResult SearchIndex::Search(const SearchQuery& query) const {
  Conditions conditions(*this, query.open_places);
  if (query.borough >= 0) conditions.Admit(boroughs_[query.borough]);
  if (query.only) conditions.Admit(std::span<const DocumentNumber>(*query.only));
  if (!query.categories.empty() && !AdmitCategories(query.categories, conditions)) return {};
  for (const std::string& word : query.words) {
    if (!AdmitWord(word, conditions)) return {};
  }
  std::vector<SearchHit> hits = query.near ? Near(query, conditions) : Fitting(query, conditions);
  if (!query.near) Score(query.words, hits);
  return Page(query, std::move(hits));
}

SearchIndex::WordRange SearchIndex::RangeOf(std::string_view prefix) const {
  const auto first = std::lower_bound(words_.begin(), words_.end(), prefix);
  const auto last = std::partition_point(first, words_.end(), [&](std::string_view word) { return word.starts_with(prefix); });
  return {static_cast<uint32_t>(first - words_.begin()), static_cast<uint32_t>(last - words_.begin())};
}

// False where no word begins so.
bool SearchIndex::AdmitWord(std::string_view word, Conditions& conditions) const {
  const WordRange range = RangeOf(word);
  if (range.first == range.last) return false;
  const auto postings = std::span(posting_documents_).subspan(offsets_[range.first], offsets_[range.last] - offsets_[range.first]);
  if (range.last - range.first == 1) {
    const auto bitmap = word_bitmaps_.find(range.first);
    if (bitmap != word_bitmaps_.end()) {
      conditions.Admit(bitmap->second);
    } else {
      conditions.Admit(postings);
    }
    return true;
  }
  const auto prefix = prefix_bitmaps_.find(AbslView(word));
  if (prefix != prefix_bitmaps_.end()) {
    conditions.Admit(prefix->second);
  } else if (IsDense(postings.size())) {
    Bitmap& any = conditions.Blank();
    for (const DocumentNumber number : postings) any.Set(number);
    conditions.Admit(any);
  } else {
    std::vector<DocumentNumber> any(postings.begin(), postings.end());
    std::sort(any.begin(), any.end());
    any.erase(std::unique(any.begin(), any.end()), any.end());
    conditions.AdmitOwned(std::move(any));
  }
  return true;
}

// False where no service is in any of them.
bool SearchIndex::AdmitCategories(const std::vector<std::string>& codes, Conditions& conditions) const {
  std::vector<const Posting*> found;
  for (const std::string& code : codes) {
    const auto posting = categories_.find(code);
    if (posting != categories_.end()) found.push_back(&posting->second);
  }
  if (found.empty()) return false;
  if (found.size() == 1) {
    if (found[0]->bitmap.empty()) {
      conditions.Admit(std::span(found[0]->documents));
    } else {
      conditions.Admit(found[0]->bitmap);
    }
    return true;
  }
  Bitmap& any = conditions.Blank();
  for (const Posting* posting : found) {
    if (posting->bitmap.empty()) {
      for (const DocumentNumber number : posting->documents) any.Set(number);
    } else {
      any.Or(posting->bitmap);
    }
  }
  conditions.Admit(any);
  return true;
}

std::vector<SearchHit> SearchIndex::Fitting(const SearchQuery& query, const Conditions& conditions) const {
  std::vector<SearchHit> hits;
  conditions.ForEach([&](DocumentNumber number) {
    if (!query.age || FitsAge(number, *query.age)) hits.push_back({0, number});
  });
  return hits;
}

std::vector<std::pair<uint32_t, uint32_t>> SearchIndex::PlacesAround(const geo::Point& point, double metres) const {
  std::vector<std::pair<uint32_t, uint32_t>> stretches;
  for (const geo::CellSpan& span : geo::SpansWithin(point, metres)) {
    const auto first = std::lower_bound(cells_.begin(), cells_.end(), span.first);
    const auto last = std::upper_bound(first, cells_.end(), span.last);
    if (first != last) stretches.emplace_back(cell_offsets_[first - cells_.begin()], cell_offsets_[last - cells_.begin()]);
  }
  return stretches;
}

std::vector<SearchHit> SearchIndex::Near(const SearchQuery& query, const Conditions& conditions) const {
  const UnitVector centre = ToUnitVector(*query.near);
  const double farthest = SquaredChordOfMetres(query.within_metres);
  std::vector<SearchHit> hits;
  const auto stretches = PlacesAround(*query.near, query.within_metres);
  size_t around = 0;
  for (const auto& [first, last] : stretches) around += last - first;
  if (conditions.has_list() ? conditions.list().size() <= around : conditions.fitting().Count() <= around) {
    conditions.ForEach([&](DocumentNumber number) {
      if (query.age && !FitsAge(number, *query.age)) return;
      double nearest = farthest;
      bool within = false;
      for (uint32_t at = own_place_offsets_[number]; at < own_place_offsets_[number + 1]; ++at) {
        const double chord = SquaredChord(centre, own_places_[at]);
        within |= chord <= farthest;
        nearest = std::min(nearest, chord);
      }
      if (within) hits.push_back({nearest, number});
    });
    return hits;
  }
  Bitmap listed;
  if (conditions.has_list()) {
    listed = Bitmap(documents_.size());
    for (const DocumentNumber number : conditions.list()) listed.Set(number);
  }
  for (const auto& [first, last] : stretches) {
    for (uint32_t at = first; at < last; ++at) {
      const DocumentNumber number = place_documents_[at];
      if (!conditions.Fits(number) || (!listed.empty() && !listed.Has(number))) continue;
      if (query.age && !FitsAge(number, *query.age)) continue;
      const double chord = SquaredChord(centre, place_vectors_[at]);
      if (chord <= farthest) hits.push_back({chord, number});
    }
  }
  if (several_places_) {  // each document once, by its nearest place
    std::sort(hits.begin(), hits.end(), [](const SearchHit& a, const SearchHit& b) {
      return a.document != b.document ? a.document < b.document : a.rank < b.rank;
    });
    hits.erase(std::unique(hits.begin(), hits.end(), [](const SearchHit& a, const SearchHit& b) { return a.document == b.document; }),
               hits.end());
  }
  return hits;
}

// A word scores twice the weight of the field it stands in, and one more where it is there as asked and not only its beginning.
void SearchIndex::Score(const std::vector<std::string>& words, std::vector<SearchHit>& hits) const {
  std::vector<uint8_t>& scores = ScratchOf(documents_.size()).scores;
  for (const std::string& word : words) {
    scores.assign(documents_.size(), 0);
    const WordRange range = RangeOf(word);
    for (uint32_t begun = range.first; begun < range.last; ++begun) {
      const uint8_t whole = words_[begun] == word;
      for (uint32_t at = offsets_[begun]; at < offsets_[begun + 1]; ++at) {
        uint8_t& score = scores[posting_documents_[at]];
        score = std::max<uint8_t>(score, 2 * posting_weights_[at] + whole);
      }
    }
    for (SearchHit& hit : hits) hit.rank -= scores[hit.document];
  }
}

SearchResult SearchIndex::Page(const SearchQuery& query, std::vector<SearchHit> hits) const {
  SearchResult result;
  result.total = hits.size();
  if (query.after) {
    const auto next = std::upper_bound(documents_.begin(), documents_.end(), query.after->id,
                                       [](const ids::Uuid& id, const DocumentPtr& document) { return id < document->id; });
    const auto first_number = static_cast<DocumentNumber>(next - documents_.begin());
    std::erase_if(hits, [&](const SearchHit& hit) {
      return hit.rank < query.after->rank || (hit.rank == query.after->rank && hit.document < first_number);
    });
  }
  const size_t size = std::min(query.limit, hits.size());
  result.more = hits.size() > size;
  std::partial_sort(hits.begin(), hits.begin() + size, hits.end(), [](const SearchHit& a, const SearchHit& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.document < b.document;
  });
  hits.resize(size);
  result.hits = std::move(hits);
  return result;
}

}  // namespace nwd::directory
