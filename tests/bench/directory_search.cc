// What an adviser asks: a word, a category, within 5 km, with room; the first ten. Over whatever the directory holds,
// which is what feed-import put in, or the sample alone.
#include <array>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "tests/bench/paired.h"

namespace nwd::bench {
namespace {

namespace dv1 = directory::v1;

constexpr double kGoalOfEcho = 0.45;
constexpr int kInFlight = 64;
constexpr int kPage = 10;
constexpr int kMetres = 5000;

struct Question {
  const char* text;
  const char* category;
  double latitude;
  double longitude;
};
// Words and categories of the sample, asked from different ends of London.
constexpr std::array<Question, 4> kQuestions = {{
    {"advice", "legal-advice", 51.5156, -0.0884},
    {"english", "esol", 51.5450, -0.0553},
    {"work", "employment-support", 51.4613, -0.1156},
    {"course", "skills-training", 51.5590, -0.2817},
}};

dv1::SearchServicesRequest SearchOf(uint64_t turn) {
  const Question& question = kQuestions[turn % kQuestions.size()];
  dv1::SearchServicesRequest request;
  request.set_text(question.text);
  request.add_categories(question.category);
  request.mutable_near_point()->set_latitude(question.latitude);
  request.mutable_near_point()->set_longitude(question.longitude);
  request.set_within_metres(kMetres);
  request.set_open_places(true);
  request.set_page_size(kPage);
  return request;
}

}  // namespace

absl::Status DirectorySearch(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub->As(kJobcentre, "directory"));
  const Operation search = [&](uint64_t turn) -> async::Task<absl::Status> {
    const dv1::SearchServicesRequest request = SearchOf(turn);
    const auto found = co_await jobcentre[turn].Await<dv1::SearchServicesResponse>(request);
    co_return found.status();
  };
  Measured measured;
  measured.operation = search;
  measured.in_flight = kInFlight;
  int results = 0;
  for (uint64_t turn = 0; turn < kQuestions.size(); ++turn) {
    const dv1::SearchServicesRequest sample = SearchOf(turn);
    NWD_ASSIGN_OR_RETURN(const auto found, jobcentre[0].Call<dv1::SearchServicesResponse>(sample));
    measured.request_bytes += sample.ByteSizeLong() / kQuestions.size();
    measured.response_bytes += found.ByteSizeLong() / kQuestions.size();
    results += found.results_size();
  }
  dv1::SearchServicesRequest all;
  all.set_page_size(1);
  NWD_ASSIGN_OR_RETURN(const auto everything, jobcentre[0].Call<dv1::SearchServicesResponse>(all));

  NWD_ASSIGN_OR_RETURN(const Comparison comparison, Compare(context, *hub, measured));
  Row row = ToRow("directory-search", comparison, kGoalOfEcho);
  row.note = absl::StrFormat("%d services, %.1f on a page; %d bytes asked, %d answered", everything.total_size(),
                             static_cast<double>(results) / kQuestions.size(), measured.request_bytes,
                             measured.response_bytes);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
