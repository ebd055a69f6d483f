#include "services/outcome/insight_service.h"

#include <optional>
#include <string>
#include <utility>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "common/tokens/page.h"
#include "services/outcome/indicators.h"
#include "services/outcome/reasons.h"

namespace nwd::outcome {
namespace {

v1::Indicator ToMessage(const IndicatorInfo& info) {
  v1::Indicator indicator;
  indicator.set_indicator(std::string(info.name));
  indicator.set_description(std::string(info.description));
  indicator.set_share(info.denominator.has_value());
  return indicator;
}

v1::Count ToMessage(const storage::FrozenTable::Cell& cell) {
  v1::Count count;
  count.set_kind(cell.shown());
  if (cell.shown() == v1::Count::KIND_ROUNDED) count.set_value(cell.value());
  return count;
}

struct Release {
  ReleaseSource source;
  Tables tables;
};

// The release asked for; the newest where none is named.
absl::StatusOr<storage::ReleaseRow> FindRelease(const store::Reader& reader, const std::string& release_id) {
  if (release_id.empty()) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::ReleaseRow> newest, Releases::Newest(reader));
    if (newest) return *std::move(newest);
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNoRelease,
                         "no release has been made yet; an analyst makes one with CreateRelease");
  }
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(release_id);
  std::optional<storage::ReleaseRow> found;
  if (id) {
    NWD_ASSIGN_OR_RETURN(found, Releases::Find(reader, *id));
  }
  if (found) return *std::move(found);
  return status::Error(absl::StatusCode::kNotFound, reasons::kReleaseNotFound, Cat("there is no release ", release_id),
                       {{"release_id", release_id}});
}

}  // namespace

void InsightService::Register(rpc::Router& router) {
  router.Unary(this, &InsightService::ListIndicators);
  router.Unary(this, &InsightService::CreateRelease);
  router.Unary(this, &InsightService::QueryIndicators);
}

async::Task<absl::StatusOr<v1::ListIndicatorsResponse>> InsightService::ListIndicators(
    rpc::Call& call, const v1::ListIndicatorsRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string after, tokens::PageStart(parts_.tokens, scope, request));
  const int page_size = tokens::PageSize(request.page_size());
  v1::ListIndicatorsResponse response;
  for (const IndicatorInfo& info : Indicators()) {
    if (info.name <= after) continue;
    if (response.indicators_size() == page_size) {
      response.set_next_page_token(parts_.tokens.Seal(scope, response.indicators(page_size - 1).indicator()));
      break;
    }
    *response.add_indicators() = ToMessage(info);
  }
  co_return response;
}

async::Task<absl::StatusOr<v1::CreateReleaseResponse>> InsightService::CreateRelease(
    rpc::Call& call, const v1::CreateReleaseRequest& request) {
  const std::optional<Month> month = ParseMonth(request.month());
  if (!month) co_return status::InvalidField("month", "must be a month, YYYY-MM");
  if (*month > MonthOf(call.Now()))
    co_return status::InvalidField("month", "lies in the future; name a month that has begun");
  NWD_CO_RETURN_IF_ERROR(co_await parts_.own_changes.CatchUp(call.deadline()));

  // The worker's thread blocks on the snapshot; nobody else's does.
  const auto make = [&]() -> absl::StatusOr<Release> {
    const auto read = [](const store::Reader& reader) { return Releases::Read(reader); };
    NWD_ASSIGN_OR_RETURN(ReleaseSource source, async::BlockOn(parts_.store.View(read)));
    Tables tables = parts_.releases.Compute(source, *month);
    return Release{std::move(source), std::move(tables)};
  };
  NWD_CO_ASSIGN_OR_RETURN(const Release release, co_await parts_.workers.Run(make));

  storage::ReleaseRow row;
  row.set_release_id(ids::Uuid::Random().ToString());
  row.set_month(*month);
  *row.mutable_create_time() = ToTimestamp(call.Now());
  row.set_organisation_id(call.organisation_id());
  const auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::CreateReleaseResponse> {
    const auto effect = [&]() -> absl::StatusOr<v1::CreateReleaseResponse> {
      if (release.source.newest && release.source.newest->month() > *month) {
        const std::string newest = MonthText(release.source.newest->month());
        return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kReleaseCoversMore,
                             Cat("the newest release covers ", newest, "; the next covers that month or a later one"),
                             {{"month", newest}});
      }
      NWD_RETURN_IF_ERROR(Releases::Write(txn, release.source, release.tables, row));
      storage::ReleaseCreated detail;
      detail.set_release_id(row.release_id());
      detail.set_month(row.month());
      detail.set_organisation_id(row.organisation_id());
      parts_.audit.AppendPlain(txn, "release.created", call.Now(), detail);
      v1::CreateReleaseResponse response;
      response.set_release_id(row.release_id());
      *response.mutable_create_time() = row.create_time();
      return response;
    };
    return parts_.requests.Once<v1::CreateReleaseResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::QueryIndicatorsResponse>> InsightService::QueryIndicators(
    rpc::Call&, const v1::QueryIndicatorsRequest& request) {
  const IndicatorInfo* info = FindIndicator(request.indicator());
  if (info == nullptr) {
    co_return status::Error(absl::StatusCode::kNotFound, reasons::kIndicatorNotFound,
                            Cat("there is no indicator ", request.indicator(), "; ListIndicators names them"),
                            {{"indicator", request.indicator()}});
  }
  const std::optional<Month> month = ParseMonth(request.month());
  if (!month) co_return status::InvalidField("month", "must be a month, YYYY-MM");
  const bool cut = request.cut() != v1::CUT_UNSPECIFIED && request.cut() != v1::CUT_HUB;
  if (cut && !InfoOf(info->counter).cuts)
    co_return status::InvalidField("cut", "this indicator is for the hub only: use CUT_HUB");

  const auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::QueryIndicatorsResponse> {
    NWD_ASSIGN_OR_RETURN(const storage::ReleaseRow release, FindRelease(reader, request.release_id()));
    const auto table = [&](Counter counter) {
      return parts_.releases.Table(reader, release,
                                   Releases::PlaceOf(counter, request.cut(), request.period(), *month));
    };
    NWD_ASSIGN_OR_RETURN(const storage::FrozenTable counts, table(info->counter));
    storage::FrozenTable wholes;
    if (info->denominator) {
      NWD_ASSIGN_OR_RETURN(wholes, table(*info->denominator));
      if (wholes.cells_size() != counts.cells_size())
        return absl::DataLossError("the two parts of a share have different cells");
    }
    v1::QueryIndicatorsResponse response;
    response.set_release_id(release.release_id());
    for (int i = 0; i < counts.cells_size(); ++i) {
      v1::QueryIndicatorsResponse::Cell& cell = *response.add_cells();
      cell.set_key(counts.cells(i).key());
      *cell.mutable_count() = ToMessage(counts.cells(i));
      if (!info->denominator) continue;
      *cell.mutable_denominator() = ToMessage(wholes.cells(i));
      const std::optional<double> percent = PercentOf(PublishedOf(counts.cells(i)), PublishedOf(wholes.cells(i)));
      if (percent) cell.set_percent(*percent);
    }
    return response;
  };
  co_return co_await parts_.store.View(body);
}

}  // namespace nwd::outcome
