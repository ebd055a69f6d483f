#include "services/outcome/comparison.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace nwd::outcome {
namespace {

// A figure of a sum in both releases. The whole of a sum has sign -1: parts less whole is nothing.
struct Term {
  const Figure* earlier;
  Figure* now;
  int sign;
  bool last_choice;  // suppressed only where nothing else helps

  // Has not changed, as far as anybody can suspect: a zero that comes to be suppressed may as well have grown.
  bool shared() const {
    if (earlier->shown == Shown::kMissing || now->shown == Shown::kMissing || earlier->exact != now->exact)
      return false;
    return now->exact != 0 || earlier->shown == now->shown;
  }
};

using Sum = std::vector<Term>;

Bounds Plus(Bounds a, Bounds b) {
  const auto clamp = [](int64_t value) { return std::clamp(value, -Bounds::kNoLimit, Bounds::kNoLimit); };
  return {clamp(a.low + b.low), clamp(a.high + b.high)};
}
Bounds Negative(Bounds a) { return {-a.high, -a.low}; }
Bounds Signed(Bounds bounds, int sign) { return sign > 0 ? bounds : Negative(bounds); }

Bounds LearnedOf(const Figure& figure) { return figure.shown == Shown::kMissing ? Bounds{} : figure.learned; }

// The terms of one kind, as seen from one release.
struct Group {
  std::vector<std::pair<const Term*, Bounds>> terms;  // bounds with their sign

  void Add(const Term& term, Bounds bounds) { terms.emplace_back(&term, Signed(bounds, term.sign)); }
  Bounds All(const Term* but = nullptr) const {
    Bounds sum{0, 0};
    for (const auto& [term, bounds] : terms) {
      if (term != but) sum = Plus(sum, bounds);
    }
    return sum;
  }
};

bool TooNarrow(Bounds bounds) { return bounds.high - bounds.low + 1 < kSpanMin; }

// True where some suppressed figure can be narrowed down too far: unchanged and only-earlier figures add up to nothing,
// and so do unchanged and only-present ones.
bool Reveals(const Sum& sum) {
  Group shared, before, after;
  for (const Term& term : sum) {
    if (term.shared()) {
      shared.Add(term, Both(LearnedOf(*term.earlier), LearnedOf(*term.now)));
    } else {
      before.Add(term, LearnedOf(*term.earlier));
      after.Add(term, LearnedOf(*term.now));
    }
  }
  // What the unchanged add up to, by each release's changed ones.
  const Bounds by_before = Negative(before.All());
  const Bounds by_after = Negative(after.All());
  const Bounds by_both = Both(by_before, by_after);
  for (const auto& [term, bounds] : shared.terms) {
    if (term->now->shown != Shown::kSuppressed && term->earlier->shown != Shown::kSuppressed) continue;
    if (TooNarrow(Both(bounds, Plus(by_both, Negative(shared.All(term)))))) return true;
  }
  const auto changed = [&](const Group& group, Bounds by_other, auto figure_of) {
    const Bounds rest = Negative(Both(by_other, shared.All()));
    return std::any_of(group.terms.begin(), group.terms.end(), [&](const auto& entry) {
      if (figure_of(*entry.first).shown != Shown::kSuppressed) return false;
      return TooNarrow(Both(entry.second, Plus(rest, Negative(group.All(entry.first)))));
    });
  };
  return changed(before, by_after, [](const Term& term) -> const Figure& { return *term.earlier; }) ||
         changed(after, by_before, [](const Term& term) -> const Figure& { return *term.now; });
}

// The figure to suppress next: of those that changed, the smallest that is not a whole; then a whole; then a zero.
Figure* NextOf(const Sum& sum) {
  const auto rank = [](const Term& term) {
    return std::tuple(term.now->shown == Shown::kZero, term.last_choice, term.now->exact);
  };
  const Term* best = nullptr;
  for (const Term& term : sum) {
    const bool printed = term.now->shown == Shown::kRounded || term.now->shown == Shown::kZero;
    if (term.shared() || !printed) continue;
    if (best == nullptr || rank(term) < rank(*best)) best = &term;
  }
  return best == nullptr ? nullptr : best->now;
}

bool Secure(const Sum& sum) {
  const bool any_shared = std::any_of(sum.begin(), sum.end(), [](const Term& term) { return term.shared(); });
  const bool any_changed = std::any_of(sum.begin(), sum.end(), [](const Term& term) { return !term.shared(); });
  if (!any_shared || !any_changed) return false;
  bool suppressed = false;
  while (Reveals(sum)) {
    Figure* next = NextOf(sum);
    if (next == nullptr) break;
    next->shown = Shown::kSuppressed;
    next->learned = {next->exact == 0 ? 0 : 1, next->exact < kSuppressBelow ? kSuppressBelow - 1 : Bounds::kNoLimit};
    suppressed = true;
  }
  return suppressed;
}

// The sums of one series over time.
bool SecureTime(Series& now, const Series& earlier, bool whole) {
  bool suppressed = false;
  for (int quarter = kFirstQuarterSlot; quarter < kYearSlot; ++quarter) {
    Sum sum{{&earlier[quarter], &now[quarter], -1, whole}};
    for (int month = 0; month < kMonthSlots; ++month) {
      if (QuarterSlotOf(month) == quarter) sum.push_back({&earlier[month], &now[month], 1, whole});
    }
    suppressed |= Secure(sum);
  }
  Sum year{{&earlier[kYearSlot], &now[kYearSlot], -1, whole}};
  for (int quarter = kFirstQuarterSlot; quarter < kYearSlot; ++quarter)
    year.push_back({&earlier[quarter], &now[quarter], 1, whole});
  suppressed |= Secure(year);
  return suppressed;
}

// A longer period of the whole, in the finest parts that are needed: a month or quarter that has not changed as one,
// one that has by its cells.
class LongSums {
 public:
  LongSums(YearOfFigures& now, const YearOfFigures& earlier, size_t cut) : now_(now), earlier_(earlier), cut_(cut) {}

  bool Secure() {
    bool suppressed = false;
    for (int slot = kFirstQuarterSlot; slot < kSlots; ++slot) {
      Sum sum{{&earlier_.whole[slot], &now_.whole[slot], -1, true}};
      if (slot < kYearSlot) {
        AddMonths(slot, sum);
      } else {
        for (int quarter = kFirstQuarterSlot; quarter < kYearSlot; ++quarter) {
          if (!AddIfShared(quarter, sum)) AddMonths(quarter, sum);
        }
      }
      suppressed |= outcome::Secure(sum);
    }
    return suppressed;
  }

 private:
  bool AddIfShared(int slot, Sum& sum) {
    const Term term{&earlier_.whole[slot], &now_.whole[slot], 1, true};
    if (term.shared()) sum.push_back(term);
    return term.shared();
  }
  void AddMonths(int quarter, Sum& sum) {
    for (int month = 0; month < kMonthSlots; ++month) {
      if (QuarterSlotOf(month) != quarter || AddIfShared(month, sum)) continue;
      for (size_t cell = 0; cell < now_.cuts[cut_].size(); ++cell) {
        sum.push_back({&earlier_.cuts[cut_][cell][month], &now_.cuts[cut_][cell][month], 1, false});
      }
    }
  }

  YearOfFigures& now_;
  const YearOfFigures& earlier_;
  const size_t cut_;
};

}  // namespace

bool SecureAgainst(YearOfFigures& now, const YearOfFigures& earlier) {
  bool suppressed = SecureTime(now.whole, earlier.whole, true);
  for (size_t cut = 0; cut < now.cuts.size(); ++cut) {
    for (size_t cell = 0; cell < now.cuts[cut].size(); ++cell) {
      suppressed |= SecureTime(now.cuts[cut][cell], earlier.cuts[cut][cell], false);
    }
    for (int slot = 0; slot < kSlots; ++slot) {
      Sum row{{&earlier.whole[slot], &now.whole[slot], -1, true}};
      for (size_t cell = 0; cell < now.cuts[cut].size(); ++cell) {
        row.push_back({&earlier.cuts[cut][cell][slot], &now.cuts[cut][cell][slot], 1, false});
      }
      suppressed |= Secure(row);
    }
    suppressed |= LongSums(now, earlier, cut).Secure();
  }
  return suppressed;
}

}  // namespace nwd::outcome
