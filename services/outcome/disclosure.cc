#include "services/outcome/disclosure.h"

#include <utility>

#include "services/outcome/comparison.h"
#include "services/outcome/cut_network.h"

namespace nwd::outcome {
namespace {

void ShowAlone(Series& series) {
  for (Figure& figure : series) {
    if (figure.shown == Shown::kMissing) continue;
    figure.shown = PublishAlone(figure.exact).shown;
    if (figure.stays_suppressed) figure.shown = Shown::kSuppressed;
  }
}

// Makes the release safe by itself, and notes what can be learned from it.
void SecureCuts(YearOfFigures& year) {
  std::vector<Series> none;
  std::vector<std::vector<Series>*> cuts;
  for (std::vector<Series>& cells : year.cuts) cuts.push_back(&cells);
  if (cuts.empty()) cuts.push_back(&none);

  // Each round secures every cut against what the others imply of the whole; a round that suppresses nothing is the
  // last.
  std::vector<std::array<Bounds, kSlots>> implied(cuts.size());
  std::vector<std::pair<Figure*, Bounds>> notes;
  bool changed = true;
  for (bool first = true; changed; first = false) {
    changed = first && cuts.size() > 1;
    notes.clear();
    for (size_t cut = 0; cut < cuts.size(); ++cut) {
      std::array<Bounds, kSlots> others;
      for (size_t other = 0; other < cuts.size(); ++other) {
        if (other == cut) continue;
        for (int slot = 0; slot < kSlots; ++slot) others[slot] = Both(others[slot], implied[other][slot]);
      }
      CutNetwork network(year.whole, *cuts[cut], others);
      changed |= network.Secure();
      implied[cut] = network.Implied();
      network.Note(notes);
    }
  }
  for (const auto& [figure, bounds] : notes) figure->learned = IsHiddenZero(*figure) ? Bounds{} : figure->known;
  for (const auto& [figure, bounds] : notes) figure->learned = Both(figure->learned, bounds);
}

}  // namespace

int64_t RoundedToFive(int64_t exact) { return (exact + kRoundTo / 2) / kRoundTo * kRoundTo; }

Published PublishAlone(int64_t exact) {
  if (exact == 0) return {Shown::kZero, 0};
  if (exact < kSuppressBelow) return {Shown::kSuppressed, 0};
  return {Shown::kRounded, RoundedToFive(exact)};
}

std::optional<double> PercentOf(Published part, Published whole) {
  if (whole.shown != Shown::kRounded || whole.value < kPercentFrom) return std::nullopt;
  if (part.shown != Shown::kRounded && part.shown != Shown::kZero) return std::nullopt;
  return 100.0 * static_cast<double>(part.value) / static_cast<double>(whole.value);
}

void AddUp(Series& series) {
  for (int slot = kFirstQuarterSlot; slot < kSlots; ++slot) series[slot].exact = 0;
  for (int month = 0; month < kMonthSlots; ++month) {
    series[QuarterSlotOf(month)].exact += series[month].exact;
    series[kYearSlot].exact += series[month].exact;
  }
}

void Protect(YearOfFigures& year, const std::vector<YearOfFigures>& earlier) {
  ShowAlone(year.whole);
  for (std::vector<Series>& cells : year.cuts) {
    for (Series& cell : cells) ShowAlone(cell);
  }
  for (bool settled = false; !settled;) {
    SecureCuts(year);
    settled = true;
    for (const YearOfFigures& release : earlier) settled &= !SecureAgainst(year, release);
  }
}

}  // namespace nwd::outcome
