#include "services/outcome/cut_network.h"

#include <algorithm>

namespace nwd::outcome {
namespace {

// Wholes are wanted most: they are suppressed only where cells do not help.
constexpr int64_t kWholePrice = int64_t{1} << 32;
constexpr int64_t kLargestSmall = kSuppressBelow - 1;

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

}  // namespace

CutNetwork::CutNetwork(Series& whole, std::vector<Series>& cells, const std::array<Bounds, kSlots>& wholes)
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

bool CutNetwork::Secure() {
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

std::array<Bounds, kSlots> CutNetwork::Implied() const {
  std::array<Bounds, kSlots> implied;
  for (size_t arc = 0; arc < parts_.size(); ++arc) {
    if (parts_[arc].is_whole) implied[parts_[arc].slot] = network_.ImpliedFlow(static_cast<int>(arc));
  }
  return implied;
}

void CutNetwork::Note(std::vector<std::pair<Figure*, Bounds>>& notes) const {
  for (size_t arc = 0; arc < parts_.size(); ++arc) {
    if (parts_[arc].figure == nullptr || parts_[arc].figure->shown == Shown::kMissing) continue;
    notes.push_back({parts_[arc].figure, network_.PossibleFlow(static_cast<int>(arc))});
  }
}

void CutNetwork::AddCell(Series& cell, int base) {
  const auto quarter_node = [base](int quarter) { return base + 1 + quarter - kFirstQuarterSlot; };
  for (int month = 0; month < kMonthSlots; ++month)
    AddFigure(cell[month], month, false, quarter_node(QuarterSlotOf(month)), WholeNode(month));
  for (int quarter = kFirstQuarterSlot; quarter < kYearSlot; ++quarter)
    AddFigure(cell[quarter], quarter, false, base, quarter_node(quarter));
  AddFigure(cell[kYearSlot], kYearSlot, false, kRoot, base);
}

void CutNetwork::AddFigure(Figure& figure, int slot, bool is_whole, int from, int to) {
  parts_.push_back({&figure, slot, is_whole});
  network_.AddArc(from, to, figure.exact, BoundsOf(parts_.back(), figure));
}

Bounds CutNetwork::BoundsOf(const Part& part, const Figure& as) const {
  Bounds bounds = Says(as, zeros_hidden_[part.slot]);
  if (!IsHiddenZero(as)) bounds = Both(bounds, as.known);
  // A month without data is known to be nothing; a longer period that is not over yet is not known.
  if (as.shown == Shown::kMissing && part.slot < kMonthSlots) bounds = {as.exact, as.exact};
  return part.is_whole ? Both(bounds, wholes_[part.slot]) : bounds;
}

bool CutNetwork::Safe(int arc) const {
  const Figure* figure = parts_[arc].figure;
  if (figure == nullptr || figure->shown != Shown::kSuppressed) return true;
  const Bounds possible = network_.PossibleFlow(arc);
  return possible.high - possible.low + 1 >= kSpanMin;
}

bool CutNetwork::Loosen(int arc) {
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

void CutNetwork::Suppress(int arc) {
  parts_[arc].figure->shown = Shown::kSuppressed;
  network_.SetBounds(arc, BoundsOf(parts_[arc], *parts_[arc].figure));
}

std::vector<int> CutNetwork::ZerosOf(int slot) const {
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

bool CutNetwork::GivenAway(int arc) const {
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

std::optional<int> CutNetwork::BestToHide(int arc) {
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

bool CutNetwork::HideZeros(int slot) {
  const std::vector<int> zeros = ZerosOf(slot);
  if (zeros_hidden_[slot] || zeros.empty()) return false;
  zeros_hidden_[slot] = true;
  for (const int arc : ToSuppress(slot, zeros)) Suppress(arc);
  return true;
}

std::vector<int> CutNetwork::ToSuppress(int slot, std::vector<int> zeros) const {
  for (size_t arc = 0; arc < parts_.size(); ++arc) {
    const Part& part = parts_[arc];
    if (part.figure == nullptr || part.slot != slot || part.is_whole) continue;
    if (part.figure->shown == Shown::kSuppressed) zeros.push_back(static_cast<int>(arc));
  }
  return zeros;
}

bool CutNetwork::HideAll() {
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

}  // namespace nwd::outcome
