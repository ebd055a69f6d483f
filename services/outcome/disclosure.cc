#include "services/outcome/disclosure.h"

#include <algorithm>
#include <utility>

#include "services/outcome/comparison.h"

namespace nwd::outcome {
namespace {

// Wholes are wanted most: they are suppressed only where cells do not help.
constexpr int64_t kWholePrice = int64_t{1} << 32;
constexpr int64_t kLargestSmall = kSuppressBelow - 1;

// Whoever saw it printed as zero before cannot tell whether it still is.
bool IsHiddenZero(const Figure& figure) { return figure.exact == 0 && figure.shown == Shown::kSuppressed; }

bool IsSmall(int64_t exact) { return exact > 0 && exact < kSuppressBelow; }

// What a printed figure says by itself. `zeros_hidden`: in its row zeros are suppressed too, so that suppressed may
// mean 0.
Bounds Says(const Figure& figure, bool zeros_hidden) {
  switch (figure.shown) {
    case Shown::kMissing:
      return {};
    case Shown::kZero:
      return {0, 0};
    case Shown::kRounded: {
      const int64_t value = RoundedToFive(figure.exact);
      return {std::max(kSuppressBelow, value - kRoundTo / 2), value + kRoundTo / 2};
    }
    case Shown::kSuppressed:
      break;
  }
  const int64_t low = zeros_hidden ? 0 : 1;
  return {low, figure.exact <= kLargestSmall ? kLargestSmall : Bounds::kNoLimit};
}

// A cut of the year as a flow: from the year of each cell down to its months, across to the whole's month, and up to
// the whole's year.
class CutNetwork {
 public:
  // `wholes`: what other cuts imply of the whole, by slot. `cells` may be empty: then only time adds up.
  CutNetwork(Series& whole, std::vector<Series>& cells, const std::array<Bounds, kSlots>& wholes)
      : wholes_(wholes), network_(kWholeNodes + static_cast<int>(cells.size()) * kCellNodes) {
    for (const Series& cell : cells) {
      for (int slot = 0; slot < kSlots; ++slot) {
        if (IsHiddenZero(cell[slot])) zeros_hidden_[slot] = true;
      }
    }
    for (size_t cell = 0; cell < cells.size(); ++cell)
      AddCell(cells[cell], kWholeNodes + static_cast<int>(cell) * kCellNodes);
    for (int month = 0; month < kMonthSlots; ++month) {
      if (cells.empty()) network_.AddArc(kRoot, WholeNode(month), whole[month].exact, {});
      if (cells.empty()) parts_.push_back({});
      AddFigure(whole[month], month, /*is_whole=*/true, WholeNode(month), WholeNode(QuarterSlotOf(month)));
    }
    for (int quarter = kFirstQuarterSlot; quarter < kYearSlot; ++quarter) {
      AddFigure(whole[quarter], quarter, true, WholeNode(quarter), WholeNode(kYearSlot));
    }
    AddFigure(whole[kYearSlot], kYearSlot, true, WholeNode(kYearSlot), kRoot);
  }

  // Suppresses until every suppressed figure is safe. True where it suppressed anything.
  bool Secure() {
    bool changed = false;
    for (bool settled = false; !settled;) {
      settled = true;
      for (int arc = 0; arc < static_cast<int>(parts_.size()); ++arc) {
        while (!Safe(arc)) {
          if (!Loosen(arc)) break;
          settled = false;
          changed = true;
        }
      }
    }
    return changed;
  }

  // What this cut implies of the whole in each slot, were the whole itself not printed there.
  std::array<Bounds, kSlots> Implied() const {
    std::array<Bounds, kSlots> implied;
    for (size_t arc = 0; arc < parts_.size(); ++arc) {
      if (parts_[arc].is_whole) implied[parts_[arc].slot] = network_.ImpliedFlow(static_cast<int>(arc));
    }
    return implied;
  }

  // Writes down what outsiders can work out of each figure.
  void Note(std::vector<std::pair<Figure*, Bounds>>& notes) const {
    for (size_t arc = 0; arc < parts_.size(); ++arc) {
      if (parts_[arc].figure == nullptr || parts_[arc].figure->shown == Shown::kMissing) continue;
      notes.push_back({parts_[arc].figure, network_.PossibleFlow(static_cast<int>(arc))});
    }
  }

 private:
  static constexpr int kRoot = 0;
  static constexpr int kWholeNodes = 1 + kSlots;        // the root, and a node for every slot of the whole
  static constexpr int kCellNodes = 1 + kQuarterSlots;  // the year and the quarters; months go straight across
  static int WholeNode(int slot) { return 1 + slot; }

  struct Part {
    Figure* figure = nullptr;
    int slot = 0;
    bool is_whole = false;
  };

  // In the order of slots, so that a cell's arcs are found from any of them.
  void AddCell(Series& cell, int base) {
    const auto quarter_node = [base](int quarter) { return base + 1 + quarter - kFirstQuarterSlot; };
    for (int month = 0; month < kMonthSlots; ++month)
      AddFigure(cell[month], month, false, quarter_node(QuarterSlotOf(month)), WholeNode(month));
    for (int quarter = kFirstQuarterSlot; quarter < kYearSlot; ++quarter)
      AddFigure(cell[quarter], quarter, false, base, quarter_node(quarter));
    AddFigure(cell[kYearSlot], kYearSlot, false, kRoot, base);
  }

  void AddFigure(Figure& figure, int slot, bool is_whole, int from, int to) {
    parts_.push_back({&figure, slot, is_whole});
    network_.AddArc(from, to, figure.exact, BoundsOf(parts_.back(), figure));
  }

  // What is known of a figure were it shown as `as`: what it says, what earlier releases said, what other cuts imply.
  Bounds BoundsOf(const Part& part, const Figure& as) const {
    Bounds bounds = Says(as, zeros_hidden_[part.slot]);
    if (!IsHiddenZero(as)) bounds = Both(bounds, as.known);
    // No data is known to be nothing; a period that is not over yet is not known.
    if (as.shown == Shown::kMissing && part.slot < kMonthSlots) bounds = {as.exact, as.exact};
    return part.is_whole ? Both(bounds, wholes_[part.slot]) : bounds;
  }

  bool Safe(int arc) const {
    const Figure* figure = parts_[arc].figure;
    if (figure == nullptr || figure->shown != Shown::kSuppressed) return true;
    const Bounds possible = network_.PossibleFlow(arc);
    return possible.high - possible.low + 1 >= kSpanMin;
  }

  bool Loosen(int arc) {
    const auto candidate = [this](int other) -> std::optional<FlowNetwork::Loosened> {
      const Part& part = parts_[other];
      if (part.figure == nullptr || part.figure->shown != Shown::kRounded) return std::nullopt;
      Figure suppressed = *part.figure;
      suppressed.shown = Shown::kSuppressed;
      return FlowNetwork::Loosened{BoundsOf(part, suppressed), suppressed.exact + (part.is_whole ? kWholePrice : 0)};
    };
    const std::optional<FlowNetwork::Choice> choice = network_.CheapestLoosening(arc, candidate);
    if (choice) {
      for (const int other : choice->arcs) Suppress(other);
      return !choice->arcs.empty();
    }
    if (const std::optional<int> slot = BestToHide(arc)) return HideZeros(*slot);
    return HideAll();
  }

  void Suppress(int arc) {
    parts_[arc].figure->shown = Shown::kSuppressed;
    network_.SetBounds(arc, BoundsOf(parts_[arc], *parts_[arc].figure));
  }

  // The zeros of a slot that are worth hiding: arcs of cells. Those that other periods of the same cell give away only
  // where there are no others; none where the whole is printed as zero, for then everybody knows.
  std::vector<int> ZerosOf(int slot) const {
    std::vector<int> hidden_well;
    std::vector<int> zeros;
    for (size_t index = 0; index < parts_.size(); ++index) {
      const int arc = static_cast<int>(index);
      const Part& part = parts_[index];
      if (part.figure == nullptr || part.slot != slot || part.figure->shown != Shown::kZero) continue;
      if (part.is_whole) return {};
      zeros.push_back(arc);
      if (!GivenAway(arc)) hidden_well.push_back(arc);
    }
    return hidden_well.empty() ? zeros : hidden_well;
  }

  // Other periods of the same cell say that this figure is zero: a longer one that is, or all its parts.
  bool GivenAway(int arc) const {
    const int slot = parts_[arc].slot;
    const int cell = arc - arc % kSlots;  // cells come first, kSlots arcs each
    const auto is_zero = [&](int other) { return parts_[cell + other].figure->shown == Shown::kZero; };
    if (slot != kYearSlot && is_zero(kYearSlot)) return true;
    if (slot < kFirstQuarterSlot) return is_zero(QuarterSlotOf(slot));
    bool all_zero = true;
    for (int part = 0; part < kYearSlot; ++part) {
      const bool is_part =
          slot == kYearSlot ? part >= kFirstQuarterSlot : part < kFirstQuarterSlot && QuarterSlotOf(part) == slot;
      const bool missing = parts_[cell + part].figure->shown == Shown::kMissing && part < kFirstQuarterSlot;
      if (is_part) all_zero &= missing || is_zero(part);
    }
    return all_zero;
  }

  // The slot whose zeros, once hidden, leave most values to the figure; of several, where fewest are hidden.
  std::optional<int> BestToHide(int arc) {
    std::optional<int> best;
    std::pair<int64_t, int64_t> best_rank;
    for (int slot = 0; slot < kSlots; ++slot) {
      const std::vector<int> zeros = ZerosOf(slot);
      if (zeros_hidden_[slot] || zeros.empty()) continue;
      FlowNetwork hidden = network_;
      zeros_hidden_[slot] = true;
      for (const int other : ToSuppress(slot, zeros)) {
        Figure as = *parts_[other].figure;
        as.shown = Shown::kSuppressed;
        hidden.SetBounds(other, BoundsOf(parts_[other], as));
      }
      zeros_hidden_[slot] = false;
      const Bounds possible = hidden.PossibleFlow(arc);
      const std::pair rank(std::min(kSpanMin, possible.high - possible.low + 1), -static_cast<int64_t>(zeros.size()));
      if (!best || rank > best_rank) {
        best = slot;
        best_rank = rank;
      }
    }
    return best;
  }

  // From now on a suppressed cell of this slot may be 0. True where that is new, and where there is a zero to hide.
  bool HideZeros(int slot) {
    const std::vector<int> zeros = ZerosOf(slot);
    if (zeros_hidden_[slot] || zeros.empty()) return false;
    zeros_hidden_[slot] = true;
    for (const int arc : ToSuppress(slot, zeros)) Suppress(arc);
    return true;
  }

  // The cells of a slot that look alike once `zeros` are hidden.
  std::vector<int> ToSuppress(int slot, std::vector<int> zeros) const {
    for (size_t arc = 0; arc < parts_.size(); ++arc) {
      const Part& part = parts_[arc];
      if (part.figure == nullptr || part.slot != slot || part.is_whole) continue;
      if (part.figure->shown == Shown::kSuppressed) zeros.push_back(static_cast<int>(arc));
    }
    return zeros;
  }

  // The last resort: nothing of this cut is printed, its zeros neither, then nothing of the whole. True where that is
  // new.
  bool HideAll() {
    bool changed = false;
    for (int slot = 0; slot < kSlots; ++slot) changed |= HideZeros(slot);
    for (const bool wholes : {false, true}) {
      if (changed) return true;
      for (size_t arc = 0; arc < parts_.size(); ++arc) {
        const Part& part = parts_[arc];
        if (part.figure == nullptr || part.is_whole != wholes || part.figure->shown != Shown::kRounded) continue;
        Suppress(static_cast<int>(arc));
        changed = true;
      }
    }
    return changed;
  }

  const std::array<Bounds, kSlots>& wholes_;
  std::array<bool, kSlots> zeros_hidden_{};
  FlowNetwork network_;
  std::vector<Part> parts_;  // by arc
};

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
  if (IsSmall(exact)) return {Shown::kSuppressed, 0};
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
