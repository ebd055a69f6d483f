#include "services/directory/search_index.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "nwd/directory/v1/catalogue_service.pb.h"

namespace nwd::directory {
namespace {

// One document in so many makes a condition dense.
constexpr size_t kDenseShare = 32;
// Beginnings up to this long get a bitmap of their own where they are dense.
constexpr size_t kPrefixBytesMax = 4;

}  // namespace

SearchIndex::SearchIndex(std::vector<DocumentPtr> documents, const Lexicon& lexicon)
    : documents_(std::move(documents)),
      active_(documents_.size()),
      open_((documents_.size() + 63) / 64),
      minimum_ages_(documents_.size()),
      maximum_ages_(documents_.size()) {
  Number();
  IndexConditions();
  IndexWords(lexicon);
  IndexPrefixes();
  IndexPlaces();
  IndexFeeds();
}

// Those with a place first, by its cell.
void SearchIndex::Number() {
  struct Placed {
    bool nowhere;
    geo::CellKey cell;
    DocumentPtr document;
  };
  std::vector<Placed> placed;
  placed.reserve(documents_.size());
  for (DocumentPtr& document : documents_) {
    const bool nowhere = !document->active || document->places.empty();
    placed.push_back({nowhere, nowhere ? geo::CellKey{} : geo::CellOf(document->places[0]), std::move(document)});
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.nowhere, a.cell, a.document->id) < std::tie(b.nowhere, b.cell, b.document->id);
  });
  std::transform(placed.begin(), placed.end(), documents_.begin(),
                 [](Placed& each) { return std::move(each.document); });
  by_id_.resize(documents_.size());
  std::iota(by_id_.begin(), by_id_.end(), 0);
  std::sort(by_id_.begin(), by_id_.end(),
            [&](DocumentNumber a, DocumentNumber b) { return documents_[a]->id < documents_[b]->id; });
  id_order_.resize(documents_.size());
  for (uint32_t order = 0; order < by_id_.size(); ++order) {
    NWD_CHECK(order == 0 || documents_[by_id_[order - 1]]->id != documents_[by_id_[order]]->id);
    id_order_[by_id_[order]] = order;
  }
}

void SearchIndex::IndexConditions() {
  for (Bitmap& borough : boroughs_) borough = Bitmap(documents_.size());
  for (DocumentNumber number = 0; number < documents_.size(); ++number) {
    const Document& document = *documents_[number];
    minimum_ages_[number] = document.minimum_age;
    maximum_ages_[number] = document.maximum_age;
    if (!document.active) continue;
    active_.Set(number);
    for (const std::string& category : document.categories) categories_[category].documents.push_back(number);
    for (uint64_t rest = document.boroughs; rest != 0; rest &= rest - 1) boroughs_[std::countr_zero(rest)].Set(number);
    RefreshOpenPlaces(number);
  }
  for (auto& [code, posting] : categories_) {
    if (!IsDense(posting.documents.size())) continue;
    posting.bitmap = Bitmap(documents_.size());
    for (const DocumentNumber number : posting.documents) posting.bitmap.Set(number);
  }
}

bool SearchIndex::IsDense(size_t documents) const { return documents * kDenseShare > documents_.size(); }

// Counts, then fills: two passes over numbers, no sorting but of the words themselves.
void SearchIndex::IndexWords(const Lexicon& lexicon) {
  std::vector<uint32_t> counts(lexicon.size());
  for (const DocumentPtr& document : documents_) {
    if (!document->active) continue;
    for (const Document::Word& word : document->words) ++counts[word.word];
  }
  std::vector<std::pair<std::string_view, WordId>> used;
  for (WordId id = 0; id < counts.size(); ++id) {
    if (counts[id] > 0) used.emplace_back(lexicon.Word(id), id);
  }
  std::sort(used.begin(), used.end());
  offsets_.reserve(used.size() + 1);
  offsets_.push_back(0);
  std::vector<uint32_t> next(counts.size());
  for (const auto& [word, id] : used) {
    words_.push_back(word);
    next[id] = offsets_.back();
    offsets_.push_back(offsets_.back() + counts[id]);
  }
  posting_documents_.resize(offsets_.back());
  posting_weights_.resize(offsets_.back());
  for (DocumentNumber number = 0; number < documents_.size(); ++number) {
    if (!documents_[number]->active) continue;
    for (const Document::Word& word : documents_[number]->words) {
      const uint32_t at = next[word.word]++;
      posting_documents_[at] = number;
      posting_weights_[at] = word.weight;
    }
  }
  for (uint32_t word = 0; word < words_.size(); ++word) {
    if (!IsDense(offsets_[word + 1] - offsets_[word])) continue;
    Bitmap& bitmap = word_bitmaps_.try_emplace(word, documents_.size()).first->second;
    for (uint32_t at = offsets_[word]; at < offsets_[word + 1]; ++at) bitmap.Set(posting_documents_[at]);
  }
}

void SearchIndex::IndexPrefixes() {
  for (size_t length = 1; length <= kPrefixBytesMax; ++length) {
    for (size_t first = 0; first < words_.size();) {
      if (words_[first].size() < length) {
        ++first;
        continue;
      }
      const std::string_view prefix = words_[first].substr(0, length);
      size_t last = first + 1;
      while (last < words_.size() && words_[last].starts_with(prefix)) ++last;
      const uint32_t postings = offsets_[last] - offsets_[first];
      if (last - first > 1 && IsDense(postings)) {
        Bitmap& bitmap = prefix_bitmaps_.try_emplace(std::string(prefix), documents_.size()).first->second;
        for (uint32_t at = offsets_[first]; at < offsets_[last]; ++at) bitmap.Set(posting_documents_[at]);
      }
      first = last;
    }
  }
}

void SearchIndex::ByCell::Add(geo::CellKey cell, uint32_t thing) {
  if (!cells.empty() && cells.back() == cell) return;
  cells.push_back(cell);
  offsets.push_back(thing);
}

std::pair<uint32_t, uint32_t> SearchIndex::ByCell::StretchOf(const geo::CellSpan& span) const {
  const auto first = std::lower_bound(cells.begin(), cells.end(), span.first);
  const auto last = std::upper_bound(first, cells.end(), span.last);
  return {offsets[first - cells.begin()], offsets[last - cells.begin()]};
}

void SearchIndex::IndexPlaces() {
  std::vector<std::pair<geo::CellKey, DocumentNumber>> others;
  DocumentNumber with_place = 0;
  place_offsets_.reserve(documents_.size() + 1);
  for (DocumentNumber number = 0; number < documents_.size(); ++number) {
    const Document& document = *documents_[number];
    place_offsets_.push_back(static_cast<uint32_t>(places_.size()));
    if (!document.active) continue;
    for (const geo::Point& point : document.places) {
      const bool first = places_.size() == place_offsets_.back();
      if (first) {
        first_places_.Add(geo::CellOf(point), number);
        with_place = number + 1;
      } else {
        others.emplace_back(geo::CellOf(point), number);
      }
      places_.push_back(ToUnitVector(point));
    }
  }
  place_offsets_.push_back(static_cast<uint32_t>(places_.size()));
  first_places_.Finish(with_place);
  std::sort(others.begin(), others.end());
  for (const auto& [cell, number] : others) {
    other_places_.Add(cell, static_cast<uint32_t>(other_place_documents_.size()));
    other_place_documents_.push_back(number);
  }
  other_places_.Finish(static_cast<uint32_t>(other_place_documents_.size()));
}

void SearchIndex::IndexFeeds() {
  absl::flat_hash_map<std::pair<ids::Uuid, std::string>, size_t> known;
  for (DocumentNumber number = 0; number < documents_.size(); ++number) {
    const Document& document = *documents_[number];
    Feed& feed = feeds_[document.feed_id];
    ++feed.services;
    if (document.provider_external_id.empty()) continue;
    const auto [at, added] =
        known.try_emplace({document.feed_id, document.provider_external_id}, feed.providers.size());
    if (added) {
      v1::Service service;
      NWD_CHECK(service.ParseFromString(document.service));
      feed.providers.push_back({document.provider_external_id, service.provider_name(), {}});
    }
    feed.providers[at->second].documents.push_back(number);
  }
  for (auto& [feed_id, feed] : feeds_) {
    std::sort(feed.providers.begin(), feed.providers.end(),
              [](const Provider& a, const Provider& b) { return a.external_id < b.external_id; });
  }
}

std::optional<DocumentNumber> SearchIndex::Find(ids::Uuid id) const {
  const auto found =
      std::lower_bound(by_id_.begin(), by_id_.end(), id,
                       [&](DocumentNumber number, const ids::Uuid& wanted) { return documents_[number]->id < wanted; });
  if (found == by_id_.end() || documents_[*found]->id != id) return std::nullopt;
  return *found;
}

const SearchIndex::Feed* SearchIndex::FindFeed(ids::Uuid feed_id) const {
  const auto found = feeds_.find(feed_id);
  return found == feeds_.end() ? nullptr : &found->second;
}

const SearchIndex::Provider* SearchIndex::FindProvider(ids::Uuid feed_id, std::string_view external_id) const {
  const Feed* feed = FindFeed(feed_id);
  if (feed == nullptr) return nullptr;
  const auto found =
      std::lower_bound(feed->providers.begin(), feed->providers.end(), external_id,
                       [](const Provider& provider, std::string_view wanted) { return provider.external_id < wanted; });
  return found != feed->providers.end() && found->external_id == external_id ? &*found : nullptr;
}

std::vector<ids::Uuid> SearchIndex::ServicesOf(ids::Uuid feed_id, std::string_view external_id) const {
  std::vector<ids::Uuid> services;
  if (const Provider* provider = FindProvider(feed_id, external_id)) {
    for (const DocumentNumber number : provider->documents) services.push_back(documents_[number]->id);
  }
  return services;
}

void SearchIndex::RefreshOpenPlaces(DocumentNumber number) const {
  const uint64_t bit = uint64_t{1} << (number % 64);
  if (documents_[number]->active && documents_[number]->live->HasOpenPlaces()) {
    open_[number / 64].fetch_or(bit, std::memory_order_relaxed);
  } else {
    open_[number / 64].fetch_and(~bit, std::memory_order_relaxed);
  }
}

}  // namespace nwd::directory
