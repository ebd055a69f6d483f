// The figures of a store, read at scrape: nwd_store_…{store="data"}.
#pragma once

#include <string>

#include "common/metrics/metrics.h"
#include "common/store/store.h"

namespace nwd::program {

[[nodiscard]] metrics::Registration AddStoreMetrics(metrics::Registry& registry, const std::string& name,
                                                    const store::Store& store);

}  // namespace nwd::program
