// What search and import cost inside the process, on an engine that writes to disk: nwd-directory-speed [SERVICES].
// Prints a line of JSON a figure. Not a test.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/access/policy.h"
#include "common/async/block_on.h"
#include "common/geo/distance.h"
#include "common/metrics/metrics.h"
#include "common/rpc/router.h"
#include "common/store_rocksdb/rocks_store.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "services/directory/app.h"
#include "services/directory/catalogue.h"
#include "tests/services/directory/synthetic_catalogue.h"
#include "tests/testing/temp_folder.h"

namespace nwd::directory {
namespace {

constexpr int kPageServices = 500;
constexpr char kOrganisation[] = "00000000-0000-4000-8000-0000000000aa";

void Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

// Time this thread has had a processor: what a search costs, whatever else the machine does.
double ThreadMicroseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

// Calls handlers as the first admin.
class Caller {
 public:
  Caller(rpc::Router& router, access::Registry& registry) : router_(router), registry_(registry) {}

  template <class Response, class Request>
  Response Call(const Request& request) {
    for (const auto& route : router_.routes()) {
      if (route->request_prototype->GetDescriptor() != Request::descriptor()) continue;
      rpc::Call call(*route->method, route->rule, SystemClock::Get());
      rpc::Call::Facts facts;
      facts.caller.kind = access::Caller::Kind::kOrganisation;
      facts.caller.organisation = registry_.FindByIdentity("spiffe://hub.test/org/north");
      call.SetFacts(std::move(facts));
      Response response;
      const absl::Status status = async::BlockOn(route->unary(call, request, response));
      if (!status.ok()) Fail(status);
      return response;
    }
    Fail(absl::UnimplementedError("no route"));
    std::abort();
  }

 private:
  rpc::Router& router_;
  access::Registry& registry_;
};

std::string ToJson(const storage::StagedService& staged) {
  const v1::Service& service = staged.service();
  std::string categories, places;
  for (const v1::ServiceCategory& category : service.categories()) {
    absl::StrAppendFormat(&categories, R"(%s{"taxonomy_term": {"code": "%s", "name": "%s", "taxonomy": "T"}})",
                          categories.empty() ? "" : ",", category.code(), category.name());
  }
  for (const v1::Place& place : service.places()) {
    absl::StrAppendFormat(&places, R"(%s{"location": {"name": "Office", "latitude": %f, "longitude": %f}})",
                          places.empty() ? "" : ",", place.latitude(), place.longitude());
  }
  return absl::StrFormat(R"({"id": "%s", "name": "%s", "description": "<p>%s</p>", "status": "%s",
      "organization": {"id": "%s", "name": "%s"}, "attributes": [%s], "service_at_locations": [%s],
      "service_areas": [{"extent": "%s"}], "contacts": [{"name": "Desk", "phones": [{"number": "020 7946 0018"}]}]})",
                         service.external_id(), service.name(), service.description(),
                         service.active() ? "active" : "inactive", staged.provider_external_id(),
                         service.provider_name(), categories, places, service.boroughs(0));
}

void MeasureImport(Caller& caller, int services) {
  SyntheticCatalogue synthetic(1);
  std::vector<std::string> pages;
  for (int n = 0; n < services; ++n) {
    if (n % kPageServices == 0) pages.emplace_back();
    pages.back() += (pages.back().empty() ? "" : ",") + ToJson(synthetic.Staged(n));
  }
  const absl::Time begun = absl::Now();
  v1::BeginImportRequest begin;
  begin.set_feed_slug("synthetic");
  const auto import = caller.Call<v1::BeginImportResponse>(begin);
  for (size_t page = 0; page < pages.size(); ++page) {
    v1::PutImportPageRequest put;
    put.set_import_id(import.import_id());
    put.set_page_name(absl::StrFormat("%06d", page));
    put.set_content(R"({"contents": [)" + pages[page] + "]}");
    if (caller.Call<v1::PutImportPageResponse>(put).problem_count() != 0)
      Fail(absl::InternalError("a page has problems"));
  }
  const absl::Time staged = absl::Now();
  v1::CommitImportRequest commit;
  commit.set_import_id(import.import_id());
  commit.set_full(true);
  const auto committed = caller.Call<v1::CommitImportResponse>(commit);
  const double all = absl::ToDoubleSeconds(absl::Now() - begun);
  std::printf("{\"name\":\"import\",\"services\":%d,\"services_per_s\":%.0f,\"pages_s\":%.2f,\"commit_s\":%.2f}\n",
              committed.created(), services / all, absl::ToDoubleSeconds(staged - begun),
              absl::ToDoubleSeconds(absl::Now() - staged));
}

void MeasureSearch(const Catalogue& catalogue, const char* name, int words, bool category, bool near, bool open) {
  constexpr int kQueries = 5'000;
  SyntheticCatalogue synthetic(2);
  std::vector<SearchQuery> queries;
  for (int i = 0; i < kQueries; ++i) {
    SearchQuery& query = queries.emplace_back();
    query.limit = 10;
    for (int word = 0; word < words; ++word) query.words.push_back(SyntheticCatalogue::Word(synthetic.Skewed(400)));
    if (category) query.categories.push_back(absl::StrFormat("c%02d", synthetic.Skewed(kSyntheticCategories)));
    if (near) {
      std::normal_distribution<double> spread;
      query.near = geo::Point{51.5 + spread(synthetic.random()) * 0.08, -0.12 + spread(synthetic.random()) * 0.13};
      query.within_metres = 5'000;
    }
    query.open_places = open;
  }
  const IndexPtr index = catalogue.Current();
  size_t total = 0, described = 0;
  const double begun_us = ThreadMicroseconds();
  for (const SearchQuery& query : queries) {
    const SearchResult found = index->Search(query);
    total += found.total;
    for (const SearchHit& hit : found.hits)
      described += Catalogue::Describe(index->document(hit.document)).places_size() > 0;
  }
  const double mean_us = (ThreadMicroseconds() - begun_us) / kQueries;
  const double again_us = ThreadMicroseconds();
  for (const SearchQuery& query : queries) total += index->Search(query).total;
  const double search_us = (ThreadMicroseconds() - again_us) / kQueries;
  std::printf(
      "{\"name\":\"%s\",\"services\":%zu,\"mean_us\":%.1f,\"search_alone_us\":%.1f,\"mean_total\":%.0f,\"page\":%.1f}"
      "\n",
      name, index->documents().size(), mean_us, search_us, static_cast<double>(total) / kQueries / 2,
      static_cast<double>(described) / kQueries);
}

int Run(int services) {
  testing::TempFolder folder;
  auto store = store::RocksStore::Open({.folder = folder / "data"});
  if (!store.ok()) Fail(store.status());
  auto key = crypto::HubKey::FromEnvironment("NWD_HUB_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
  if (!key.ok()) Fail(key.status());
  access::Registry registry;
  metrics::Registry metrics;
  const App::Parts parts{.store = **store,
                         .hub_key = *key,
                         .clock = SystemClock::Get(),
                         .registry = registry,
                         .metrics = metrics,
                         .facts_folder = NWD_DATA_DIR,
                         .trust_domain = "hub.test",
                         .admin_slugs = {"north", "south"}};
  App app(parts);
  if (const absl::Status loaded = app.Load(); !loaded.ok()) Fail(loaded);
  rpc::Router router;
  app.Register(router);
  Caller caller(router, registry);
  MeasureImport(caller, services);

  Catalogue& catalogue = app.catalogue();
  const ids::Uuid feed = catalogue.Current()->documents().front()->feed_id;
  for (int provider = 0; provider < 3'000; ++provider) {
    if (provider % 4 != 0) catalogue.SetLink(feed, absl::StrFormat("provider-%d", provider), kOrganisation);
  }
  for (int n = 0; n < services; n += 5) catalogue.SetCapacity(*ids::Uuid::Parse(SyntheticCatalogue::Id(n)), true, 0, 1);
  MeasureSearch(catalogue, "search text+category+5km+open", 1, true, true, true);
  MeasureSearch(catalogue, "search two words+5km+open", 2, false, true, true);
  MeasureSearch(catalogue, "search 5km+open", 0, false, true, true);
  MeasureSearch(catalogue, "search category+5km", 0, true, true, false);
  MeasureSearch(catalogue, "search text", 1, false, false, false);
  MeasureSearch(catalogue, "search two words", 2, false, false, false);

  access::Registry again_registry;
  const absl::Time begun = absl::Now();
  App again({.store = **store,
             .hub_key = *key,
             .clock = SystemClock::Get(),
             .registry = again_registry,
             .metrics = metrics,
             .facts_folder = NWD_DATA_DIR,
             .trust_domain = "hub.test"});
  if (const absl::Status loaded = again.Load(); !loaded.ok()) Fail(loaded);
  std::printf("{\"name\":\"load\",\"services\":%d,\"s\":%.2f}\n", services, absl::ToDoubleSeconds(absl::Now() - begun));
  return 0;
}

}  // namespace
}  // namespace nwd::directory

int main(int argc, char** argv) { return nwd::directory::Run(argc > 1 ? std::atoi(argv[1]) : 100'000); }
