// Searching an index: conditions joined, what fits measured and ordered. See search_index.h.
#include <algorithm>

#include "services/directory/search_index.h"

namespace nwd::directory {
namespace {

// Working memory of a thread, so that a search allocates little.
struct Scratch {
  Bitmap fitting;
  Bitmap other;
  std::vector<uint8_t> scores;
};

Scratch& ScratchOf(size_t documents) {
  static thread_local Scratch scratch;
  const size_t words = (documents + 63) / 64;
  scratch.fitting.words().resize(words);
  scratch.other.words().resize(words);
  return scratch;
}

}  // namespace

// What still fits, condition by condition. Joining a bitmap costs well under a microsecond for 100,000 services.
class SearchIndex::Fitting {
 public:
  Fitting(const SearchIndex& index, bool open_places) : scratch_(ScratchOf(index.documents_.size())) {
    if (!open_places) {
      scratch_.fitting = index.active_;
      return;
    }
    std::vector<uint64_t>& words = scratch_.fitting.words();
    for (size_t i = 0; i < words.size(); ++i) words[i] = index.open_[i].load(std::memory_order_relaxed);
  }

  void Admit(const Bitmap& bitmap) { scratch_.fitting.And(bitmap); }
  void Admit(std::span<const DocumentNumber> list) {
    Bitmap& bitmap = Blank();
    for (const DocumentNumber number : list) bitmap.Set(number);
    Admit(bitmap);
  }
  // An empty bitmap of the right size, until the next call.
  Bitmap& Blank() const {
    scratch_.other.Clear();
    return scratch_.other;
  }
  const Bitmap& bitmap() const { return scratch_.fitting; }

 private:
  Scratch& scratch_;
};

SearchResult SearchIndex::Search(const SearchQuery& query) const {
  Fitting fitting(*this, query.open_places);
  if (query.borough >= 0) fitting.Admit(boroughs_[query.borough]);
  if (query.only) fitting.Admit(*query.only);
  if (!query.categories.empty()) AdmitCategories(query.categories, fitting);
  for (const std::string& word : query.words) AdmitWord(word, fitting);

  std::vector<SearchHit> hits;
  if (query.near) {
    hits = Near(query, fitting);
  } else {
    fitting.bitmap().ForEach([&](DocumentNumber number) {
      if (!query.age || FitsAge(number, *query.age)) hits.push_back({0, number});
    });
    Score(query.words, hits);
  }
  return Page(query, std::move(hits));
}

SearchIndex::WordRange SearchIndex::RangeOf(std::string_view prefix) const {
  const auto first = std::lower_bound(words_.begin(), words_.end(), prefix);
  const auto last =
      std::partition_point(first, words_.end(), [&](std::string_view word) { return word.starts_with(prefix); });
  return {static_cast<uint32_t>(first - words_.begin()), static_cast<uint32_t>(last - words_.begin())};
}

void SearchIndex::AdmitWord(std::string_view word, Fitting& fitting) const {
  const WordRange range = RangeOf(word);
  if (range.last - range.first == 1) {
    const auto bitmap = word_bitmaps_.find(range.first);
    if (bitmap != word_bitmaps_.end()) return fitting.Admit(bitmap->second);
  } else {
    const auto bitmap = prefix_bitmaps_.find(AbslView(word));
    if (bitmap != prefix_bitmaps_.end()) return fitting.Admit(bitmap->second);
  }
  fitting.Admit(
      std::span(posting_documents_).subspan(offsets_[range.first], offsets_[range.last] - offsets_[range.first]));
}

void SearchIndex::AdmitCategories(const std::vector<std::string>& codes, Fitting& fitting) const {
  std::vector<const Posting*> found;
  for (const std::string& code : codes) {
    const auto posting = categories_.find(code);
    if (posting != categories_.end()) found.push_back(&posting->second);
  }
  if (found.size() == 1 && !found[0]->bitmap.empty()) return fitting.Admit(found[0]->bitmap);
  Bitmap& any = fitting.Blank();
  for (const Posting* posting : found) {
    if (posting->bitmap.empty()) {
      for (const DocumentNumber number : posting->documents) any.Set(number);
    } else {
      any.Or(posting->bitmap);
    }
  }
  fitting.Admit(any);
}

// Documents are numbered by the cell of their first place, so a row of cells around the point is a stretch of numbers;
// the other places of documents that have several are looked through by themselves.
std::vector<SearchHit> SearchIndex::Near(const SearchQuery& query, const Fitting& fitting) const {
  const UnitVector centre = ToUnitVector(*query.near);
  const double farthest = SquaredChordOfMetres(query.within_metres);
  std::vector<SearchHit> hits;
  Bitmap& met = fitting.Blank();  // of those with several places
  auto consider = [&](DocumentNumber number) {
    if (query.age && !FitsAge(number, *query.age)) return;
    const uint32_t first = place_offsets_[number], last = place_offsets_[number + 1];
    double nearest = SquaredChord(centre, places_[first]);
    if (last - first > 1) {
      if (met.Has(number)) return;
      met.Set(number);
      for (uint32_t at = first + 1; at < last; ++at) nearest = std::min(nearest, SquaredChord(centre, places_[at]));
    }
    if (nearest <= farthest) hits.push_back({nearest, number});
  };
  for (const geo::CellSpan& span : geo::SpansWithin(*query.near, query.within_metres)) {
    const auto [first, last] = first_places_.StretchOf(span);
    fitting.bitmap().ForEachIn(first, last, consider);
    const auto [first_other, last_other] = other_places_.StretchOf(span);
    for (uint32_t at = first_other; at < last_other; ++at) {
      if (fitting.bitmap().Has(other_place_documents_[at])) consider(other_place_documents_[at]);
    }
  }
  return hits;
}

// A word scores twice the weight of the field it stands in, and one more where it is there as asked and not only its
// beginning.
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
    const auto next =
        std::upper_bound(by_id_.begin(), by_id_.end(), query.after->id,
                         [&](const ids::Uuid& id, DocumentNumber number) { return id < documents_[number]->id; });
    const auto first_order = static_cast<uint32_t>(next - by_id_.begin());
    std::erase_if(hits, [&](const SearchHit& hit) {
      return hit.rank < query.after->rank || (hit.rank == query.after->rank && id_order_[hit.document] < first_order);
    });
  }
  const size_t size = std::min(query.limit, hits.size());
  result.more = hits.size() > size;
  std::partial_sort(hits.begin(), hits.begin() + size, hits.end(), [this](const SearchHit& a, const SearchHit& b) {
    return a.rank != b.rank ? a.rank < b.rank : id_order_[a.document] < id_order_[b.document];
  });
  hits.resize(size);
  result.hits = std::move(hits);
  return result;
}

}  // namespace nwd::directory
