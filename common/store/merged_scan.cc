#include "common/store/merged_scan.h"

#include "absl/container/inlined_vector.h"

namespace nwd::store {
namespace {

constexpr int kUsualLayers = 2;  // the batch and the transaction

// One overlay's place in a scan.
class LayerCursor {
 public:
  LayerCursor(const Overlay& overlay, const Range& range, Direction direction)
      : overlay_(overlay), range_(range), forward_(direction == Direction::kForward) {
    const Overlay::Map& writes = overlay_.Writes();
    if (forward_) {
      Stand(writes.lower_bound(range_.begin));
    } else {
      StandBefore(range_.end.empty() ? writes.end() : writes.lower_bound(range_.end));
    }
  }

  bool Valid() const { return valid_; }
  std::string_view Key() const { return at_->first; }
  const Overlay::Write& Value() const { return at_->second; }

  // Goes past `key`, which was the last one met by the scan.
  void Pass(std::string_view key) {
    const Overlay::Map& writes = overlay_.Writes();
    if (version_ != overlay_.Version()) {
      forward_ ? Stand(writes.upper_bound(key)) : StandBefore(writes.lower_bound(key));
    } else if (valid_ && at_->first == key) {
      forward_ ? Stand(std::next(at_)) : StandBefore(at_);
    }
  }

 private:
  void Stand(Overlay::Map::const_iterator at) {
    version_ = overlay_.Version();
    at_ = at;
    valid_ = at != overlay_.Writes().end() && (range_.end.empty() || at->first < range_.end);
  }
  void StandBefore(Overlay::Map::const_iterator after) {
    version_ = overlay_.Version();
    valid_ = after != overlay_.Writes().begin();
    if (!valid_) return;
    at_ = std::prev(after);
    valid_ = at_->first >= range_.begin;
  }

  const Overlay& overlay_;
  const Range& range_;
  const bool forward_;
  Overlay::Map::const_iterator at_;
  uint64_t version_ = 0;
  bool valid_ = false;
};

}  // namespace

absl::Status MergedScan(Cursor& base, std::span<const Overlay* const> layers, const Range& range, Direction direction,
                        absl::FunctionRef<Visit(std::string_view key, std::string_view value)> visit) {
  const bool forward = direction == Direction::kForward;
  absl::InlinedVector<LayerCursor, kUsualLayers> cursors;
  for (const Overlay* layer : layers) cursors.emplace_back(*layer, range, direction);

  while (true) {
    const LayerCursor* first = nullptr;
    for (const LayerCursor& cursor : cursors) {
      if (!cursor.Valid()) continue;
      const bool wins = first == nullptr || (forward ? cursor.Key() <= first->Key() : cursor.Key() >= first->Key());
      if (wins) first = &cursor;
    }
    const bool base_valid = base.Valid();
    if (first == nullptr && !base_valid) return base.Health();
    if (!base_valid && !base.Health().ok()) return base.Health();

    const int order = first == nullptr ? -1 : !base_valid ? 1 : base.Key().compare(first->Key()) * (forward ? 1 : -1);
    const bool from_base = order < 0;
    const std::string_view key = from_base ? base.Key() : first->Key();
    if (from_base || !first->Value().deleted) {
      if (visit(key, from_base ? base.Value() : first->Value().value) == Visit::kStop) return absl::OkStatus();
    }
    for (LayerCursor& cursor : cursors) cursor.Pass(key);
    // Last: a key that came from the base lives until then.
    if (order <= 0) base.Next();
  }
}

}  // namespace nwd::store
