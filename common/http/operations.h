// What an operator's tools ask of every service over HTTP:
//   /metrics  Prometheus' text format
//   /livez    200 as long as the process answers
//   /readyz   200 "ready", or 503 "not ready: draining, store failed"
#pragma once

#include "common/http/http_server.h"
#include "common/http/readiness.h"
#include "common/metrics/metrics.h"

namespace nwd::http {

// Adds the routes. `metrics` and `readiness` must outlive the server.
void ServeOperations(HttpServer& server, const metrics::Registry& metrics, const Readiness& readiness);

}  // namespace nwd::http
