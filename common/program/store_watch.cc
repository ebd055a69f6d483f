#include "common/program/store_watch.h"

#include "common/log/log.h"

namespace nwd::program {

bool StoreWatch::Healthy() {
  bool healthy = true;
  for (const auto& [name, store] : stores_) {
    const absl::Status health = store->Health();
    if (health.ok()) continue;
    healthy = false;
    if (!failed_.insert(name).second) continue;
    log::Line(log::Level::kError, "store.failed").Str("store", name).Status(health).Emit();
  }
  return healthy;
}

}  // namespace nwd::program
