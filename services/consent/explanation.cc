#include "services/consent/explanation.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/status/status.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"

namespace nwd::consent {
namespace {

constexpr int kShownMin = 8;  // fewer people are not said
constexpr int kRoundedTo = 5;

// Those who can be seen at all; a row numbered n has the counts 2n + 1, now, and 2n + 2, with the draft.
constexpr uint32_t kAnybody = 0;
constexpr uint32_t NowOf(uint32_t row) { return 2 * row + 1; }
constexpr uint32_t WithDraftOf(uint32_t row) { return 2 * row + 2; }

// An exact end would point at the one basis that has it.
google::protobuf::Timestamp MonthOf(int64_t end_us) {
  const absl::CivilMonth month(calendar::DayOf(FromMicros(end_us)));
  return ToTimestamp(absl::FromCivil(month, calendar::London()));
}

}  // namespace

v1::PeopleCount CountOf(int64_t people) {
  v1::PeopleCount count;
  count.set_suppressed(people < kShownMin);
  if (people >= kShownMin) count.set_people(static_cast<int32_t>((people + kRoundedTo / 2) / kRoundedTo * kRoundedTo));
  return count;
}

absl::Status Explanation::Note(const Judged& judged, const ids::Uuid& person_id, int64_t valid_until_us) {
  if (met_.size() >= kExplainedBasesMax) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
                         Cat("more than ", kExplainedBasesMax, " consents and authorities name this organisation; ",
                             "ask by purpose, or of the people of one organisation"),
                         {{"limit", Cat(kExplainedBasesMax)}});
  }
  const uint32_t number = AlikeOf(judged);
  Alike& alike = alike_[number];
  alike.first_end_us = std::min(alike.first_end_us, valid_until_us);
  alike.last_end_us = std::max(alike.last_end_us, valid_until_us);
  uint64_t person = 0;
  std::memcpy(&person, person_id.bytes().data(), sizeof person);
  met_.push_back({person, number});
  return absl::OkStatus();
}

uint32_t Explanation::AlikeOf(const Judged& judged) {
  const Question& question = judged.question;
  std::string what = Cat(static_cast<int>(question.purpose), "/", static_cast<int>(judged.lawful_basis), "/",
                         static_cast<int>(question.mode), "/", question.categories, "/");
  ForEachCategory(question.categories, [&](Category category) {
    what.push_back(static_cast<char>(judged.now.reason(category)));
    if (judged.with_draft) what.push_back(static_cast<char>(judged.with_draft->reason(category)));
  });
  const auto [place, fresh] = alike_numbers_.try_emplace(std::move(what), static_cast<uint32_t>(alike_.size()));
  if (!fresh) return place->second;
  Alike& alike = alike_.emplace_back();
  alike.first_end_us = std::numeric_limits<int64_t>::max();
  alike.last_end_us = std::numeric_limits<int64_t>::min();
  if (judged.now.permitted != 0) alike.marks.push_back(kAnybody);
  ForEachCategory(question.categories, [&](Category category) {
    alike.marks.push_back(MarkOf(judged, category, /*with_draft=*/false));
    if (judged.with_draft) alike.marks.push_back(MarkOf(judged, category, /*with_draft=*/true));
  });
  return place->second;
}

Explanation::Mark Explanation::MarkOf(const Judged& judged, Category category, bool with_draft) {
  const v1::DenialReason reason = (with_draft ? *judged.with_draft : judged.now).reason(category);
  const Kind kind{category, judged.question.purpose, judged.lawful_basis, judged.question.mode, reason};
  const uint32_t row = rows_.try_emplace(kind, static_cast<uint32_t>(rows_.size())).first->second;
  return with_draft ? WithDraftOf(row) : NowOf(row);
}

// All bases of a person stand together once they are sorted: each count takes them once.
std::vector<int64_t> Explanation::CountPeople() {
  std::sort(met_.begin(), met_.end(), [](const Met& a, const Met& b) { return a.person < b.person; });
  const size_t marks = NowOf(static_cast<uint32_t>(rows_.size()));
  std::vector<int64_t> counts(marks, 0);
  std::vector<size_t> counted_at(marks, 0);  // by which person a count was last raised, from 1
  size_t person = 0;
  for (size_t i = 0; i < met_.size(); ++i) {
    if (i == 0 || met_[i].person != met_[i - 1].person) ++person;
    for (const Mark mark : alike_[met_[i].alike].marks) {
      if (counted_at[mark] == person) continue;
      counted_at[mark] = person;
      ++counts[mark];
    }
  }
  return counts;
}

v1::ExplainAccessResponse Explanation::Tell() && {
  const std::vector<int64_t> counts = CountPeople();
  struct Ends {
    int64_t first_us = std::numeric_limits<int64_t>::max();
    int64_t last_us = std::numeric_limits<int64_t>::min();
  };
  std::vector<Ends> ends(counts.size());
  for (const Alike& alike : alike_) {
    for (const Mark mark : alike.marks) {
      ends[mark].first_us = std::min(ends[mark].first_us, alike.first_end_us);
      ends[mark].last_us = std::max(ends[mark].last_us, alike.last_end_us);
    }
  }
  v1::ExplainAccessResponse told;
  *told.mutable_as_of() = ToTimestamp(asked_.now);
  told.mutable_people();
  if (counts[kAnybody] > 0) *told.mutable_people() = CountOf(counts[kAnybody]);
  for (const auto& [kind, row] : rows_) {
    // That there is a row at all would tell of somebody.
    if (counts[NowOf(row)] < kShownMin && counts[WithDraftOf(row)] < kShownMin) continue;
    v1::AccessExplanation& shown = *told.add_explanations();
    shown.set_category(static_cast<Category>(std::get<0>(kind)));
    shown.set_purpose(static_cast<common::v1::Purpose>(std::get<1>(kind)));
    shown.set_lawful_basis(static_cast<common::v1::LawfulBasis>(std::get<2>(kind)));
    shown.set_mode(static_cast<v1::SharingMode>(std::get<3>(kind)));
    shown.set_reason(static_cast<v1::DenialReason>(std::get<4>(kind)));
    *shown.mutable_now() = CountOf(counts[NowOf(row)]);
    if (asked_.draft.has_value()) *shown.mutable_with_draft() = CountOf(counts[WithDraftOf(row)]);
    // An end could be that of the one basis by which a suppressed count differs from the other.
    if (shown.now().suppressed() || shown.with_draft().suppressed()) continue;
    const Ends& now = ends[NowOf(row)];
    const Ends& with_draft = ends[WithDraftOf(row)];
    *shown.mutable_first_end_time() = MonthOf(std::min(now.first_us, with_draft.first_us));
    *shown.mutable_last_end_time() = MonthOf(std::max(now.last_us, with_draft.last_us));
  }
  return told;
}

}  // namespace nwd::consent
