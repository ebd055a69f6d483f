// What somebody can work out about one figure from sums: a network in which every figure is the flow along one arc, and
// every sum is a node where what comes in goes out. Each arc has bounds: what is known of the figure. The figures as
// they are form one possible flow; the least and the greatest flow an arc can have, with all others free within their
// bounds, are exactly the values that nobody outside can rule out (flows of whole numbers: the bounds are attained and
// every value between them is possible).
//
//   FlowNetwork network(3);
//   int a = network.AddArc(0, 1, /*flow=*/5, {1, 7});
//   ...
//   Bounds possible = network.PossibleFlow(a);
//
// Pure values, no threads. Every arc's flow lies within its bounds, and every node's arcs balance: the caller's
// contract.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace nwd::outcome {

// What is known of a figure: it lies between the two, both included.
struct Bounds {
  int64_t low = 0;
  int64_t high = kNoLimit;
  static constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max() / 4;

  bool operator==(const Bounds&) const = default;
};

inline Bounds Both(Bounds a, Bounds b) { return {a.low > b.low ? a.low : b.low, a.high < b.high ? a.high : b.high}; }

class FlowNetwork {
 public:
  explicit FlowNetwork(int nodes) : arcs_at_(nodes) {}

  int AddArc(int from, int to, int64_t flow, Bounds bounds);
  void SetBounds(int arc, Bounds bounds) { arcs_[arc].bounds = bounds; }
  const Bounds& bounds(int arc) const { return arcs_[arc].bounds; }

  // The flows this arc can have within every arc's bounds, its own too.
  Bounds PossibleFlow(int arc) const;
  // The same, were nothing known of this arc itself.
  Bounds ImpliedFlow(int arc) const;

  // The cheapest set of arcs to loosen so that `arc` can have one more value than PossibleFlow: each candidate arc has
  // bounds it would have once loosened and a price. Nothing where no set of candidates helps.
  struct Loosened {
    Bounds bounds;
    int64_t price;
  };
  using Candidate = std::function<std::optional<Loosened>(int arc)>;
  struct Choice {
    std::vector<int> arcs;
    int64_t price = 0;
  };
  std::optional<Choice> CheapestLoosening(int arc, const Candidate& candidate) const;

 private:
  struct Arc {
    int from;
    int to;
    int64_t flow;
    Bounds bounds;
  };
  // How much further each arc can go, forwards and backwards, from some possible flow.
  struct Residual {
    std::vector<int64_t> forwards;
    std::vector<int64_t> backwards;
  };

  Residual Start(int without) const;
  // Sends up to `limit` from `from` to `to` within `residual`, which it changes; answers how much went.
  int64_t Push(Residual& residual, int from, int to, int64_t limit) const;
  // The cheapest way from `from` to `to`, loosening candidates where the residual is used up.
  std::optional<Choice> CheapestWay(const Residual& residual, int without, int from, int to,
                                    const Candidate& candidate) const;

  std::vector<Arc> arcs_;
  std::vector<std::vector<int>> arcs_at_;
};

}  // namespace nwd::outcome
