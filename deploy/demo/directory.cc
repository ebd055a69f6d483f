// What is on offer: the feed is imported, its providers linked to organisations of the hub, and these say what room
// they have.
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/text/words.h"
#include "deploy/demo/chapters.h"
#include "deploy/feed/importer.h"
#include "nwd/directory/v1/catalogue_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = directory::v1;
using Figure = absl::StatusOr<std::string>;

constexpr char kFeedSlug[] = "demo-feed";
constexpr char kHowToSeeAll[] = "; nwd import … --json lists them all";
constexpr int kLinkedMax = 120;  // providers; a hub's members are never all of a feed
constexpr size_t kProvidersMin = 6;
constexpr size_t kTakingMin = 6;    // services that take referrals
constexpr int kUnlinkedEvery = 12;  // and some of them are not in it
constexpr int kLimitedEvery = 4;    // services with so many places, the others without limit
constexpr int kPlaces = 500;
constexpr int kPageSize = 500;
constexpr int kWalkPageSize = 40;
constexpr int kNearMetres = 8000;
constexpr char kNearPostcode[] = "SW9 8EJ";

absl::StatusOr<feed::Imported> ImportFeed(World& world, const std::string& source,
                                          const std::vector<feed::Page>& pages) {
  NWD_ASSIGN_OR_RETURN(rpc::Client* const directory, world.clients().As(std::string(kFirstAdmin), "directory"));
  return feed::Import(*directory, {.slug = kFeedSlug, .source = feed::IsUrl(source) ? source : ""}, pages, [](int) {});
}

std::string Several(size_t count, std::string_view what) { return Cat(count, " ", what, count == 1 ? "" : "s"); }

// "2 problems listed, the first: page [8] minimum_age: …".
std::string Problems(const feed::Imported& imported) {
  if (imported.problems.empty()) return "no problem";
  const auto& first = imported.problems.front();
  const bool more = imported.problem_count > 1;
  return Cat(Several(static_cast<size_t>(imported.problem_count), "problem"),
             " listed, the first: ", feed::Place(first), " ", first.description(), more ? kHowToSeeAll : "");
}

// A feed can be imported and yet be too little for the story.
absl::Status TooLittle(Story& story, std::string_view needed, size_t seen) {
  return story.Unfit(
      absl::InvalidArgumentError(Cat("the feed is too small for the demo, which needs ", needed, " and found ", seen,
                                     "; give another, or import this one with nwd import")));
}

Figure FirstImport(World& world, Story& story, const std::string& source, const std::vector<feed::Page>& pages) {
  const absl::Time begin = absl::Now();
  NWD_ASSIGN_OR_RETURN(const feed::Imported imported, ImportFeed(world, source, pages));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  world.feed_id = imported.feed_id;
  for (const auto& problem : imported.problems) {
    story.FeedProblem({problem.page(), problem.index(), problem.field(), problem.description()});
  }
  if (const absl::Status taken = feed::CheckAnythingTaken(imported); !taken.ok()) {
    const bool more = imported.problem_count > 1;
    return story.Unfit(absl::Status(taken.code(), Cat(StdView(taken.message()), more ? kHowToSeeAll : "")));
  }
  story.Count("services", imported.done.created());
  story.Count("feed_problems", imported.problem_count);
  return absl::StrFormat(
      "%s in %s, %d left out; %.0f services/s; %s", Several(static_cast<size_t>(imported.done.created()), "service"),
      Several(pages.size(), "page"), imported.done.left_out(), imported.done.created() / seconds, Problems(imported));
}

Figure SecondImport(World& world, const std::string& source, const std::vector<feed::Page>& pages) {
  NWD_ASSIGN_OR_RETURN(const feed::Imported again, ImportFeed(world, source, pages));
  NWD_RETURN_IF_ERROR(Same("services created by the same feed again", 0, again.done.created()));
  NWD_RETURN_IF_ERROR(Same("services updated by the same feed again", 0, again.done.updated()));
  NWD_RETURN_IF_ERROR(Same("services missing from the same feed", 0, again.done.missing()));
  return Cat(again.done.unchanged(), " unchanged");
}

absl::StatusOr<std::vector<v1::Provider>> AllProviders(World& world) {
  std::vector<v1::Provider> providers;
  v1::ListProvidersRequest request;
  request.set_feed_id(world.feed_id);
  request.set_page_size(kPageSize);
  do {
    NWD_ASSIGN_OR_RETURN(const auto page, world.Call<v1::ListProvidersResponse>(kFirstAdmin, request));
    providers.insert(providers.end(), page.providers().begin(), page.providers().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return providers;
}

// Which organisation of the hub plays this provider: by its name where that says what it is, else in turn.
std::string PlayedBy(const v1::Provider& provider, int index) {
  const std::string name = absl::AsciiStrToLower(provider.name());
  const auto says = [&](const char* word) { return absl::StrContains(name, word); };
  if (says("college") || says("learning") || says("school")) return std::string(kCollege);
  if (says("council") || says("job desk") || says("borough")) return index % 2 == 0 ? "lambeth" : "southwark";
  const std::vector<std::string> receivers = Receivers();
  return receivers[index % receivers.size()];
}

Figure LinkProviders(World& world, Story& story) {
  NWD_ASSIGN_OR_RETURN(const std::vector<v1::Provider> providers, AllProviders(world));
  if (providers.size() < kProvidersMin) {
    return TooLittle(story, Cat(kProvidersMin, " providers of services"), providers.size());
  }
  std::atomic<int> linked = 0;
  NWD_RETURN_IF_ERROR(InParallel(std::min<size_t>(providers.size(), kLinkedMax), [&](int i) -> absl::Status {
    if (i % kUnlinkedEvery == kUnlinkedEvery - 1) return absl::OkStatus();
    v1::LinkProviderRequest request;
    request.set_feed_id(world.feed_id);
    request.set_external_id(providers[i].external_id());
    request.set_organisation_id(world.IdOf(PlayedBy(providers[i], i)));
    NWD_ASSIGN_OR_RETURN(const auto done, world.Call<v1::LinkProviderResponse>(kFirstAdmin, request));
    ++linked;
    return Same("services linked with their provider", providers[i].services(), done.services());
  }));
  return Cat(linked.load(), " of ", providers.size(), " providers, to ", Receivers().size(),
             " receiving organisations");
}

absl::StatusOr<std::vector<v1::Service>> ServicesOf(World& world, const std::string& slug) {
  std::vector<v1::Service> services;
  v1::SearchServicesRequest request;
  request.set_organisation_id(world.IdOf(slug));
  request.set_page_size(kPageSize);
  do {
    NWD_ASSIGN_OR_RETURN(const auto page, world.Call<v1::SearchServicesResponse>(slug, request));
    for (const auto& result : page.results()) services.push_back(result.service());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return services;
}

Figure SetCapacities(World& world, Story& story) {
  int limited = 0;
  for (const std::string& slug : Receivers()) {
    NWD_ASSIGN_OR_RETURN(const std::vector<v1::Service> services, ServicesOf(world, slug));
    for (size_t i = 0; i < services.size(); ++i) {
      const bool scarce = world.scarce.service_id.empty() && slug == "advice-network";
      v1::SetCapacityRequest request;
      request.set_service_id(services[i].service_id());
      request.set_etag(services[i].etag());
      request.set_accepts_referrals(true);
      if (scarce) {
        request.set_capacity(1);
      } else if (i % kLimitedEvery == 0) {
        request.set_capacity(kPlaces);
      }
      NWD_RETURN_IF_ERROR(world.Call<v1::SetCapacityResponse>(slug, request).status());
      limited += request.has_capacity();
      LinkedService service = {.service_id = services[i].service_id(), .provider = slug, .categories = {}};
      for (const auto& category : services[i].categories()) service.categories.push_back(category.code());
      scarce ? world.scarce = service : world.services.emplace_back(service);
    }
  }
  if (world.scarce.service_id.empty()) {
    return TooLittle(story, "an active service of a provider that is neither council nor college", 0);
  }
  if (world.services.size() + 1 < kTakingMin) {
    return TooLittle(story, Cat(kTakingMin, " active services of linked providers"), world.services.size() + 1);
  }
  return Cat(world.services.size() + 1, " services take referrals, ", limited, " with a limit, one has a single place");
}

Figure OthersCannotSetCapacity(World& world) {
  v1::SetCapacityRequest request;
  request.set_service_id(world.scarce.service_id);
  request.set_capacity(100);
  const auto set = world.Call<v1::SetCapacityResponse>(kCollege, request);
  NWD_RETURN_IF_ERROR(Refused("an organisation sets the capacity of another's service", set.status(),
                              absl::StatusCode::kPermissionDenied));
  return "PERMISSION_DENIED";
}

// Near a place, nearest first. A feed may say of no service where it is.
Figure SearchNear(World& world) {
  v1::SearchServicesRequest near;
  near.set_near_postcode(kNearPostcode);
  near.set_within_metres(kNearMetres);
  NWD_RETURN_IF_ERROR(
      world.Call<v1::SearchServicesResponse>("jobcentre-brixton", near).status());  // the first call also connects
  const absl::Time begin = absl::Now();
  NWD_ASSIGN_OR_RETURN(const auto found, world.Call<v1::SearchServicesResponse>("jobcentre-brixton", near));
  const absl::Duration took = absl::Now() - begin;
  if (found.results().empty()) return Cat("none within ", kNearMetres, " m of ", kNearPostcode);
  for (int i = 0; i < found.results_size(); ++i) {
    NWD_RETURN_IF_ERROR(Holds("what is found is near", found.results(i).distance_metres() <= kNearMetres));
    const bool sorted = i == 0 || found.results(i - 1).distance_metres() <= found.results(i).distance_metres();
    NWD_RETURN_IF_ERROR(Holds("results near a place come nearest first", sorted));
  }
  return absl::StrFormat("%d within %d m of %s, the nearest at %d m, in %.1f ms", found.total_size(), kNearMetres,
                         kNearPostcode, found.results(0).distance_metres(), absl::ToDoubleMilliseconds(took));
}

// The first word of a service's name finds it.
Figure SearchWords(World& world) {
  v1::GetServiceRequest get;
  get.set_service_id(world.services.front().service_id);
  NWD_ASSIGN_OR_RETURN(const auto service, world.Call<v1::GetServiceResponse>("jobcentre-brixton", get));
  const std::vector<std::string> of_name = text::Words(service.service().name());
  if (of_name.empty()) return "the first service's name holds no word";
  v1::SearchServicesRequest words;
  words.set_text(of_name.front());
  words.set_page_size(kPageSize);
  const absl::Time begin = absl::Now();
  NWD_ASSIGN_OR_RETURN(const auto found, world.Call<v1::SearchServicesResponse>("jobcentre-brixton", words));
  const absl::Duration took = absl::Now() - begin;
  const bool again = std::any_of(found.results().begin(), found.results().end(),
                                 [&](const auto& result) { return result.service().service_id() == get.service_id(); });
  NWD_RETURN_IF_ERROR(
      Holds("a service is found by the first word of its name", again || !found.next_page_token().empty()));
  return absl::StrFormat("%d for \"%s\", in %.1f ms", found.total_size(), words.text(),
                         absl::ToDoubleMilliseconds(took));
}

// Pages through the whole catalogue, each service once, and remembers one that nobody in the hub answers for.
Figure WalkCatalogue(World& world) {
  std::set<std::string> seen;
  int pages = 0, total = 0;
  v1::SearchServicesRequest request;
  request.set_page_size(kWalkPageSize);
  do {
    NWD_ASSIGN_OR_RETURN(const auto page, world.Call<v1::SearchServicesResponse>("jobcentre-brixton", request));
    for (const auto& result : page.results()) {
      NWD_RETURN_IF_ERROR(
          Holds("no service comes twice in a walk over all pages", seen.insert(result.service().service_id()).second));
      if (result.service().organisation_id().empty()) world.unlinked_service_id = result.service().service_id();
    }
    request.set_page_token(page.next_page_token());
    total = page.total_size();
    ++pages;
  } while (!request.page_token().empty());
  NWD_RETURN_IF_ERROR(Same("services met in a walk over all pages", total, static_cast<int>(seen.size())));
  return Cat(Several(static_cast<size_t>(total), "service"), " on ", Several(static_cast<size_t>(pages), "page"),
             ", each once");
}

}  // namespace

void TellDirectory(World& world, Story& story, const std::string& source, const std::vector<feed::Page>& pages) {
  story.Chapter("The directory: what is on offer");
  story.Step("an admin imports the directory feed", [&] { return FirstImport(world, story, source, pages); });
  story.Step("the same feed again changes nothing", [&] { return SecondImport(world, source, pages); });
  story.Step("providers are linked to organisations of the hub", [&] { return LinkProviders(world, story); });
  story.Step("these say what room they have", [&] { return SetCapacities(world, story); });
  story.Step("nobody sets another's capacity", [&] { return OthersCannotSetCapacity(world); });
  story.Step("an adviser searches near a place", [&] { return SearchNear(world); });
  story.Step("an adviser searches by words", [&] { return SearchWords(world); });
  story.Step("the whole catalogue can be walked", [&] { return WalkCatalogue(world); });
}

}  // namespace nwd::demo
