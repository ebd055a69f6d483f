// A cut of a year as a flow network, made safe: every suppressed figure that outsiders could narrow down to fewer than
// kSpanMin values gets company, the smallest figures that help. The part of disclosure.h that decides what else is
// suppressed; flow.h has the computation.
//
// Figures flow from the year of each cell down to its months, across to the whole's month, and up to the whole's year.
// Changes `shown` of the figures it is given, which outlive it. No threads: a network is used by the one that made it.
#pragma once

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "services/outcome/disclosure.h"
#include "services/outcome/flow.h"

namespace nwd::outcome {

// A zero that is suppressed: whoever saw it printed as zero before cannot tell whether it still is.
inline bool IsHiddenZero(const Figure& figure) { return figure.exact == 0 && figure.shown == Shown::kSuppressed; }

class CutNetwork {
 public:
  // `wholes`: what other cuts imply of the whole, by slot. `cells` may be empty: then only time adds up.
  CutNetwork(Series& whole, std::vector<Series>& cells, const std::array<Bounds, kSlots>& wholes);

  // Suppresses until every suppressed figure is safe. True where it suppressed anything.
  bool Secure();
  // What this cut implies of the whole in each slot, were the whole itself not printed there.
  std::array<Bounds, kSlots> Implied() const;
  // Writes down what outsiders can work out of each figure.
  void Note(std::vector<std::pair<Figure*, Bounds>>& notes) const;

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
  void AddCell(Series& cell, int base);
  void AddFigure(Figure& figure, int slot, bool is_whole, int from, int to);
  // What is known of a figure were it shown as `as`: what it says, what earlier releases said, what other cuts imply.
  Bounds BoundsOf(const Part& part, const Figure& as) const;
  bool Safe(int arc) const;
  // Gives the arc more room. False where there is none left to give.
  bool Loosen(int arc);
  void Suppress(int arc);

  // The zeros of a slot that are worth hiding: arcs of cells. Those that other periods of the same cell give away only
  // where there are no others; none where the whole is printed as zero, for then everybody knows.
  std::vector<int> ZerosOf(int slot) const;
  // Other periods of the same cell say that this figure is zero: a longer one that is, or all its parts.
  bool GivenAway(int arc) const;
  // The slot whose zeros, once hidden, leave most values to the figure; of several, where fewest are hidden.
  std::optional<int> BestToHide(int arc);
  // From now on a suppressed cell of this slot may be 0. True where that is new, and where there is a zero to hide.
  bool HideZeros(int slot);
  // The cells of a slot that look alike once `zeros` are hidden.
  std::vector<int> ToSuppress(int slot, std::vector<int> zeros) const;
  // The last resort: nothing of this cut is printed, its zeros neither, then nothing of the whole. True where that is
  // new.
  bool HideAll();

  const std::array<Bounds, kSlots>& wholes_;
  std::array<bool, kSlots> zeros_hidden_{};
  FlowNetwork network_;
  std::vector<Part> parts_;  // by arc
};

}  // namespace nwd::outcome
