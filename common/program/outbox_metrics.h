// The figures of an outbox, read at scrape: nwd_outbox_….
#pragma once

#include "common/metrics/metrics.h"
#include "common/outbox/outbox.h"

namespace nwd::program {

// The outbox outlives the registration.
[[nodiscard]] metrics::Registration AddOutboxMetrics(metrics::Registry& registry, const outbox::Outbox& outbox);

}  // namespace nwd::program
