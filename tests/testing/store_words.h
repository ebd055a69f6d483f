// Short words for using a store from plain code, and for starting many coroutines at once.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/store/store.h"

namespace nwd::testing {

using Entries = std::vector<std::pair<std::string, std::string>>;

template <class Body>
auto Update(store::Store& store, Body body, absl::Time deadline = absl::InfiniteFuture()) {
  return async::BlockOn(store.Update(std::move(body), deadline));
}

template <class Body>
auto View(store::Store& store, Body body) {
  return async::BlockOn(store.View(std::move(body)));
}

inline absl::Status Put(store::Store& store, std::string_view key, std::string_view value) {
  return Update(store, [&](store::Txn& txn) {
    txn.Put(key, value);
    return absl::OkStatus();
  });
}

// The value, or "(none)", or the error.
inline std::string Get(const store::Reader& reader, std::string_view key) {
  std::string value;
  const absl::StatusOr<bool> present = reader.Get(key, &value);
  if (!present.ok()) return present.status().ToString();
  return *present ? value : "(none)";
}

inline std::string Get(store::Store& store, std::string_view key) {
  const absl::StatusOr<std::string> value =
      View(store, [&](const store::Reader& reader) -> absl::StatusOr<std::string> { return Get(reader, key); });
  return value.ok() ? *value : value.status().ToString();
}

inline Entries Scan(const store::Reader& reader, const store::Range& range,
                    store::Direction direction = store::Direction::kForward) {
  Entries found;
  const absl::Status scanned = reader.Scan(range, direction, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return store::Visit::kContinue;
  });
  if (!scanned.ok()) found.emplace_back("error", scanned.ToString());
  return found;
}

inline Entries Scan(store::Store& store, const store::Range& range,
                    store::Direction direction = store::Direction::kForward) {
  return *View(store,
               [&](const store::Reader& reader) -> absl::StatusOr<Entries> { return Scan(reader, range, direction); });
}

// Runs `make(i)` for i in [0, count) at once on this thread and returns when all have ended.
template <class Make>
void RunTogether(int count, Make make) {
  async::LocalExecutor executor;
  int left = count;
  auto one = [&](int i) -> async::Task<void> {
    co_await make(i);
    if (--left == 0) executor.Stop();
  };
  executor.Post([&] {
    for (int i = 0; i < count; ++i) async::Spawn(one(i));
  });
  executor.Run();
}

}  // namespace nwd::testing
