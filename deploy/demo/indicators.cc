// What the hub learns, in figures from which nobody can be recognised.
#include <fstream>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "nwd/outcome/v1/insight_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = outcome::v1;
using Figure = absl::StatusOr<std::string>;

constexpr int64_t kRoundTo = 5;
constexpr int64_t kLeastShown = 10;  // 8 and 9 round to it
constexpr size_t kBoroughsAcross = 3;

std::string ThisMonth() { return absl::FormatTime("%Y-%m", absl::Now(), absl::UTCTimeZone()); }

Figure CreateRelease(World& world) {
  v1::CreateReleaseRequest request;
  request.set_month(ThisMonth());
  const auto by_agency = world.Call<v1::CreateReleaseResponse>("lambeth", request);
  NWD_RETURN_IF_ERROR(Refused("an agency makes a release", by_agency.status(), absl::StatusCode::kPermissionDenied));
  NWD_RETURN_IF_ERROR(world.Call<v1::CreateReleaseResponse>(kAnalyst, request).status());
  return Cat("of ", ThisMonth(), ", by the analyst alone");
}

absl::StatusOr<v1::QueryIndicatorsResponse> Query(World& world, const std::string& indicator, v1::Cut cut) {
  v1::QueryIndicatorsRequest request;
  request.set_indicator(indicator);
  request.set_cut(cut);
  request.set_month(ThisMonth());
  return world.Call<v1::QueryIndicatorsResponse>(kAnalyst, request);
}

// The three that must never be mistaken for each other: zero, hidden, not known.
std::string Symbol(const v1::Count& count) {
  switch (count.kind()) {
    case v1::Count::KIND_ZERO:
      return "0";
    case v1::Count::KIND_ROUNDED:
      return absl::StrFormat("%d", count.value());
    case v1::Count::KIND_SUPPRESSED:
      return "*";
    case v1::Count::KIND_MISSING:
      return ":";
    default:
      return "?";
  }
}

absl::Status CheckCount(const std::string& what, const v1::Count& count) {
  NWD_RETURN_IF_ERROR(Holds(Cat(what, " is of a known kind"), Symbol(count) != "?"));
  if (count.kind() != v1::Count::KIND_ROUNDED)
    return Same(Cat("a value beside the symbol of ", what), int64_t{0}, count.value());
  NWD_RETURN_IF_ERROR(Same(Cat("the remainder by ", kRoundTo, " of ", what), int64_t{0}, count.value() % kRoundTo));
  return Holds(Cat(what, " is large enough to show"), count.value() >= kLeastShown);
}

absl::Status CheckTable(const std::string& indicator, const v1::QueryIndicatorsResponse& table) {
  NWD_RETURN_IF_ERROR(
      Holds(Cat(indicator, " begins with the whole"), table.cells_size() > 0 && table.cells(0).key() == "all"));
  for (const auto& cell : table.cells()) {
    NWD_RETURN_IF_ERROR(CheckCount(Cat(indicator, " of ", cell.key()), cell.count()));
    if (cell.has_denominator())
      NWD_RETURN_IF_ERROR(CheckCount(Cat("the denominator of ", indicator, " of ", cell.key()), cell.denominator()));
  }
  return absl::OkStatus();
}

// One line an indicator for the whole hub.
Figure PrintIndicators(World& world, std::vector<std::string>& lines) {
  v1::ListIndicatorsRequest list;
  NWD_ASSIGN_OR_RETURN(const auto indicators, world.Call<v1::ListIndicatorsResponse>(kAnalyst, list));
  NWD_RETURN_IF_ERROR(Holds("there are indicators", indicators.indicators_size() > 0));
  for (const v1::Indicator& indicator : indicators.indicators()) {
    NWD_ASSIGN_OR_RETURN(const auto table, Query(world, indicator.indicator(), v1::CUT_HUB));
    NWD_RETURN_IF_ERROR(CheckTable(indicator.indicator(), table));
    const auto& whole = table.cells(0);
    std::string figure = Symbol(whole.count());
    if (indicator.share()) {
      figure += Cat(" of ", Symbol(whole.denominator()));
      if (whole.has_percent()) figure += absl::StrFormat(" (%.0f%%)", whole.percent());
    }
    lines.push_back(absl::StrFormat("      %-30s %s", indicator.indicator(), figure));
  }
  return Cat(indicators.indicators_size(), " indicators, rounded to 5; * stands for a few, : for not known");
}

// The names of boroughs by code, as the reference data has them.
std::map<std::string, std::string> BoroughNames(const std::string& facts_folder) {
  std::map<std::string, std::string> names;
  std::ifstream file(facts_folder + "/boroughs.csv");
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    if (fields.size() > 2) names[fields[0]] = fields[1];
  }
  return names;
}

Figure PrintBoroughs(World& world, std::vector<std::string>& lines) {
  NWD_ASSIGN_OR_RETURN(const auto table, Query(world, "referrals-sent", v1::CUT_BOROUGH));
  NWD_RETURN_IF_ERROR(CheckTable("referrals-sent", table));
  const auto names = BoroughNames(world.facts_folder());
  int hidden = 0, none = 0, printed = 0;
  std::string line;
  for (int i = 1; i < table.cells_size(); ++i) {
    const auto& cell = table.cells(i);
    const auto name = names.find(cell.key());
    const bool is_borough = name != names.end();  // else those of no borough of London
    hidden += is_borough && cell.count().kind() == v1::Count::KIND_SUPPRESSED;
    none += is_borough && cell.count().kind() == v1::Count::KIND_ZERO;
    if (cell.count().kind() == v1::Count::KIND_ZERO) continue;
    line += absl::StrFormat("      %-24s %4s", name == names.end() ? cell.key() : name->second, Symbol(cell.count()));
    if (++printed % kBoroughsAcross == 0) lines.push_back(std::exchange(line, ""));
  }
  if (!line.empty()) lines.push_back(line);
  const auto& whole = table.cells(0).count();
  NWD_RETURN_IF_ERROR(Same("the kind of the whole of this many referrals",
                           v1::Count::Kind_Name(v1::Count::KIND_ROUNDED), v1::Count::Kind_Name(whole.kind())));
  return absl::StrFormat("%s in all; a few in %d boroughs, none in %d", Symbol(whole), hidden, none);
}

void Print(Story& story, const std::vector<std::string>& lines) {
  if (story.failed()) return;
  for (const std::string& line : lines) story.screen().Note(line);
}

}  // namespace

void TellIndicators(World& world, Story& story) {
  std::vector<std::string> indicators, boroughs;
  story.Chapter("Indicators: does it work, with nobody recognisable");
  story.Step("the analyst freezes a release", [&] { return CreateRelease(world); });
  story.Step("indicators of the hub", [&] { return PrintIndicators(world, indicators); });
  Print(story, indicators);
  story.Step("referrals sent, by borough", [&] { return PrintBoroughs(world, boroughs); });
  Print(story, boroughs);
}

}  // namespace nwd::demo
