// A large feed from the first page to the answered commit: every service read, checked, indexed and on disk.
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "tests/bench/bench.h"
#include "tests/bench/fixture.h"
#include "tests/bench/large_feed.h"

namespace nwd::bench {
namespace {

constexpr double kGoalServicesPerSecond = 20'000;
constexpr int kServices = 100'000;
constexpr int kServicesQuick = 10'000;

}  // namespace

absl::Status FeedImport(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(const std::vector<feed::Page> pages,
                       LargeFeed(context.settings().quick ? kServicesQuick : kServices));
  NWD_ASSIGN_OR_RETURN(const Connections admin, hub->As(kAdmin, "directory"));
  const absl::Time start = absl::Now();
  NWD_ASSIGN_OR_RETURN(const feed::Imported imported, ImportFeed(admin[0], "large", pages));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  NWD_RETURN_IF_ERROR(hub->Adopt(imported.feed_id));

  size_t bytes = 0;
  for (const feed::Page& page : pages) bytes += page.content.size();
  Row row;
  row.name = "feed-import";
  row.value = imported.done.created() / seconds;
  row.unit = "services/s";
  row.goal = absl::StrFormat(">= %.0f/s", kGoalServicesPerSecond);
  row.pass = row.value >= kGoalServicesPerSecond;
  row.note = absl::StrFormat("%d services, %.0f MB in %d pages, %.1f s, one client", imported.done.created(),
                             bytes / 1e6, pages.size(), seconds);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
