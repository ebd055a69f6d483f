// Searching the index: each condition by itself, and all of them together against a search that looks at every service
// in turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "common/geo/distance.h"
#include "common/text/words.h"
#include "services/directory/catalogue.h"
#include "tests/services/directory/synthetic_catalogue.h"

namespace nwd::directory {
namespace {

constexpr char kFeed[] = "00000000-0000-4000-8000-00000000000f";
constexpr char kOrganisation[] = "00000000-0000-4000-8000-0000000000aa";

// The words of each service with their weights.
using Weights = std::vector<std::map<std::string, int>>;
Weights WeighAll(const SearchIndex& index) {
  Weights weights;
  for (const DocumentPtr& document : index.documents()) {
    std::map<std::string, int>& words = weights.emplace_back();
    v1::Service service;
    service.ParseFromString(document->service);
    auto weigh = [&](const std::string& text, int weight) {
      for (const std::string& word : text::Words(text)) words[word] = std::max(words[word], weight);
    };
    weigh(service.name(), 8);
    for (const v1::ServiceCategory& category : service.categories()) weigh(category.name(), 4);
    weigh(service.provider_name(), 2);
    weigh(service.description(), 1);
  }
  return weights;
}

// What a search must answer, found the slow way.
std::vector<SearchHit> LookAtAll(const SearchIndex& index, const Weights& weights, const SearchQuery& query) {
  std::vector<SearchHit> hits;
  for (DocumentNumber number = 0; number < index.documents().size(); ++number) {
    const Document& document = index.document(number);
    if (!document.active) continue;
    if (query.open_places && !document.live->HasOpenPlaces()) continue;
    if (query.borough >= 0 && !(document.boroughs >> query.borough & 1)) continue;
    if (query.age && (*query.age < document.minimum_age || *query.age > document.maximum_age)) continue;
    if (query.only && std::find(query.only->begin(), query.only->end(), number) == query.only->end()) continue;
    if (!query.categories.empty() &&
        std::none_of(query.categories.begin(), query.categories.end(), [&](const std::string& code) {
          return std::binary_search(document.categories.begin(), document.categories.end(), code);
        })) {
      continue;
    }
    double score = 0;
    bool all = true;
    for (const std::string& asked : query.words) {
      int best = 0;
      for (const auto& [word, weight] : weights[number]) {
        if (word.starts_with(asked)) best = std::max(best, 2 * weight + (word == asked ? 1 : 0));
      }
      all &= best > 0;
      score += best;
    }
    if (!all) continue;
    double rank = -score;
    if (query.near) {
      double nearest = 1e9;
      for (const geo::Point& place : document.places)
        nearest = std::min(nearest, geo::DistanceMetres(*query.near, place));
      if (nearest > query.within_metres) continue;
      rank = nearest;
    }
    hits.push_back({rank, number});
  }
  std::sort(hits.begin(), hits.end(), [&](const SearchHit& a, const SearchHit& b) {
    return a.rank != b.rank ? a.rank < b.rank : index.document(a.document).id < index.document(b.document).id;
  });
  return hits;
}

class SearchTest : public ::testing::Test {
 protected:
  static constexpr int kServices = 3'000;

  SearchTest() {
    SyntheticCatalogue synthetic(7);
    std::vector<Document> documents;
    for (int n = 0; n < kServices; ++n)
      documents.push_back(MakeDocument(synthetic.Row(n, kFeed), 1, catalogue_.lexicon()));
    catalogue_.Publish(catalogue_.Prepare(std::move(documents)));
    for (int provider = 0; provider < 3'000; provider += 2) {
      catalogue_.SetLink(*ids::Uuid::Parse(kFeed), absl::StrFormat("provider-%d", provider), kOrganisation);
    }
    for (int n = 0; n < kServices; n += 3)
      catalogue_.SetCapacity(*ids::Uuid::Parse(SyntheticCatalogue::Id(n)), true, 1, 1);
    for (int n = 0; n < kServices; n += 6) catalogue_.SetTaken(*ids::Uuid::Parse(SyntheticCatalogue::Id(n)), 1);
    weights_ = WeighAll(*catalogue_.Current());
  }

  void ExpectSame(const SearchQuery& query) {
    const IndexPtr index = catalogue_.Current();
    const std::vector<SearchHit> expected = LookAtAll(*index, weights_, query);
    const SearchResult found = index->Search(query);
    ASSERT_EQ(found.total, expected.size());
    ASSERT_EQ(found.hits.size(), std::min(query.limit, expected.size()));
    EXPECT_EQ(found.more, expected.size() > found.hits.size());
    for (size_t i = 0; i < found.hits.size(); ++i) {
      EXPECT_EQ(found.hits[i].document, expected[i].document) << i;
      if (query.near) {
        EXPECT_NEAR(MetresOfSquaredChord(found.hits[i].rank), expected[i].rank, 0.01);
      }
    }
  }

  Catalogue catalogue_;
  Weights weights_;
};

TEST_F(SearchTest, FindsWhatLookingAtAllFinds) {
  SyntheticCatalogue synthetic(99);
  std::mt19937& random = synthetic.random();
  auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
  for (int round = 0; round < 400; ++round) {
    SearchQuery query;
    query.limit = 1 + random() % 30;
    for (int words = static_cast<int>(random() % 3); words > 0; --words) {
      std::string word = SyntheticCatalogue::Word(synthetic.Skewed(8'000));
      if (chance(50)) word.resize(1 + random() % word.size());
      query.words.push_back(word);
    }
    if (chance(40)) query.categories.push_back(absl::StrFormat("c%02d", synthetic.Skewed(kSyntheticCategories + 2)));
    if (chance(20)) query.categories.push_back("c05");
    if (chance(30)) query.borough = static_cast<int>(random() % 33);
    if (chance(50)) {
      query.near = geo::Point{51.5 + (static_cast<int>(random() % 200) - 100) * 0.001, -0.1};
      query.within_metres = static_cast<double>(random() % 12'000);
    }
    if (chance(30)) query.age = static_cast<int>(random() % 100);
    query.open_places = chance(40);
    if (chance(20)) query.only = catalogue_.DocumentsOf(*catalogue_.Current(), kOrganisation);
    SCOPED_TRACE(round);
    ExpectSame(query);
    if (HasFatalFailure()) return;
  }
}

TEST_F(SearchTest, PagesJoinToTheWhole) {
  const IndexPtr index = catalogue_.Current();
  for (const bool near : {false, true}) {
    SearchQuery query;
    query.words = {"co"};
    if (near) query.near = geo::Point{51.5, -0.12};
    query.within_metres = 8'000;
    query.limit = 100'000;
    const SearchResult whole = index->Search(query);
    ASSERT_GT(whole.hits.size(), 50u);
    query.limit = 7;
    std::vector<DocumentNumber> walked;
    while (true) {
      const SearchResult page = index->Search(query);
      EXPECT_EQ(page.total, whole.total);
      for (const SearchHit& hit : page.hits) walked.push_back(hit.document);
      if (!page.more) break;
      query.after = {page.hits.back().rank, index->document(page.hits.back().document).id};
    }
    std::vector<DocumentNumber> expected;
    for (const SearchHit& hit : whole.hits) expected.push_back(hit.document);
    EXPECT_EQ(walked, expected);
  }
}

TEST_F(SearchTest, AWordNobodyHasFindsNothing) {
  SearchQuery query;
  query.words = {"xyzzy"};
  query.limit = 10;
  EXPECT_EQ(catalogue_.Current()->Search(query).total, 0u);
}

TEST(Search, OfAnEmptyCatalogueFindsNothing) {
  Catalogue catalogue;
  SearchQuery query;
  query.limit = 10;
  query.near = geo::Point{51.5, -0.1};
  query.within_metres = 5'000;
  query.open_places = true;
  EXPECT_EQ(catalogue.Current()->Search(query).total, 0u);
}

}  // namespace
}  // namespace nwd::directory
