#include "services/outcome/flow.h"

#include <algorithm>
#include <deque>
#include <queue>
#include <utility>

#include "common/base/check.h"

namespace nwd::outcome {
namespace {

constexpr int kNone = -1;

}  // namespace

int FlowNetwork::AddArc(int from, int to, int64_t flow, Bounds bounds) {
  NWD_CHECK(bounds.low <= flow && flow <= bounds.high);
  const int arc = static_cast<int>(arcs_.size());
  arcs_.push_back({from, to, flow, bounds});
  arcs_at_[from].push_back(arc);
  arcs_at_[to].push_back(arc);
  return arc;
}

FlowNetwork::Residual FlowNetwork::Start(int without) const {
  Residual residual;
  residual.forwards.reserve(arcs_.size());
  residual.backwards.reserve(arcs_.size());
  for (const Arc& arc : arcs_) {
    residual.forwards.push_back(arc.bounds.high - arc.flow);
    residual.backwards.push_back(arc.flow - arc.bounds.low);
  }
  residual.forwards[without] = residual.backwards[without] = 0;
  return residual;
}

int64_t FlowNetwork::Push(Residual& residual, int from, int to, int64_t limit) const {
  int64_t sent = 0;
  while (sent < limit) {
    // The shortest way with room, found breadth first; came_by[node] is the arc that leads to it.
    std::vector<int> came_by(arcs_at_.size(), kNone);
    std::vector<bool> seen(arcs_at_.size(), false);
    std::deque<int> waiting{from};
    seen[from] = true;
    while (!waiting.empty() && !seen[to]) {
      const int node = waiting.front();
      waiting.pop_front();
      for (const int index : arcs_at_[node]) {
        const Arc& arc = arcs_[index];
        const bool ahead = arc.from == node;
        const int next = ahead ? arc.to : arc.from;
        if (seen[next] || (ahead ? residual.forwards : residual.backwards)[index] <= 0) continue;
        seen[next] = true;
        came_by[next] = index;
        waiting.push_back(next);
      }
    }
    if (!seen[to]) break;
    int64_t room = limit - sent;
    for (int node = to; node != from;) {
      const Arc& arc = arcs_[came_by[node]];
      const bool ahead = arc.to == node;
      room = std::min(room, (ahead ? residual.forwards : residual.backwards)[came_by[node]]);
      node = ahead ? arc.from : arc.to;
    }
    for (int node = to; node != from;) {
      const int index = came_by[node];
      const bool ahead = arcs_[index].to == node;
      (ahead ? residual.forwards : residual.backwards)[index] -= room;
      (ahead ? residual.backwards : residual.forwards)[index] += room;
      node = ahead ? arcs_[index].from : arcs_[index].to;
    }
    sent += room;
  }
  return sent;
}

Bounds FlowNetwork::PossibleFlow(int arc) const {
  const Arc& target = arcs_[arc];
  Residual up = Start(arc);
  const int64_t more = Push(up, target.to, target.from, target.bounds.high - target.flow);
  Residual down = Start(arc);
  const int64_t less = Push(down, target.from, target.to, target.flow - target.bounds.low);
  return {target.flow - less, target.flow + more};
}

Bounds FlowNetwork::ImpliedFlow(int arc) const {
  const Arc& target = arcs_[arc];
  Residual up = Start(arc);
  const int64_t more = Push(up, target.to, target.from, Bounds::kNoLimit - target.flow);
  Residual down = Start(arc);
  const int64_t less = Push(down, target.from, target.to, target.flow);
  return {target.flow - less, target.flow + more};
}

std::optional<FlowNetwork::Choice> FlowNetwork::CheapestWay(const Residual& residual, int without, int from, int to,
                                                            const Candidate& candidate) const {
  constexpr int64_t kFar = Bounds::kNoLimit;
  std::vector<int64_t> price(arcs_at_.size(), kFar);
  std::vector<int> came_by(arcs_at_.size(), kNone);
  std::vector<bool> loosened(arcs_at_.size(), false);
  using Entry = std::pair<int64_t, int>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> waiting;
  price[from] = 0;
  waiting.push({0, from});
  while (!waiting.empty()) {
    const auto [paid, node] = waiting.top();
    waiting.pop();
    if (paid > price[node]) continue;
    if (node == to) break;
    for (const int index : arcs_at_[node]) {
      if (index == without) continue;
      const Arc& arc = arcs_[index];
      const bool ahead = arc.from == node;
      const int next = ahead ? arc.to : arc.from;
      int64_t step = 0;
      bool loosens = false;
      const int64_t room = (ahead ? residual.forwards : residual.backwards)[index];
      if (room <= 0) {
        const std::optional<Loosened> looser = candidate(index);
        if (!looser) continue;
        const int64_t gained = ahead ? looser->bounds.high - arc.bounds.high : arc.bounds.low - looser->bounds.low;
        if (gained <= 0) continue;
        step = looser->price;
        loosens = true;
      }
      if (paid + step >= price[next]) continue;
      price[next] = paid + step;
      came_by[next] = index;
      loosened[next] = loosens;
      waiting.push({price[next], next});
    }
  }
  if (price[to] >= kFar) return std::nullopt;
  Choice choice;
  choice.price = price[to];
  for (int node = to; node != from;) {
    const int index = came_by[node];
    if (loosened[node]) choice.arcs.push_back(index);
    node = arcs_[index].to == node ? arcs_[index].from : arcs_[index].to;
  }
  return choice;
}

std::optional<FlowNetwork::Choice> FlowNetwork::CheapestLoosening(int arc, const Candidate& candidate) const {
  const Arc& target = arcs_[arc];
  std::optional<Choice> best;
  const auto consider = [&](int from, int to, int64_t room) {
    Residual residual = Start(arc);
    if (Push(residual, from, to, room) >= room) return;  // its own bounds stop it, not the others'
    std::optional<Choice> choice = CheapestWay(residual, arc, from, to, candidate);
    if (choice && (!best || choice->price < best->price)) best = std::move(choice);
  };
  consider(target.to, target.from, target.bounds.high - target.flow);
  consider(target.from, target.to, target.flow - target.bounds.low);
  return best;
}

}  // namespace nwd::outcome
