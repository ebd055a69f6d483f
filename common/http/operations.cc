#include "common/http/operations.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nwd::http {

void ServeOperations(HttpServer& server, const metrics::Registry& metrics, const Readiness& readiness) {
  server.Handle("/metrics", [&metrics](const Request&) {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.Text()};
  });
  server.Handle("/livez", [](const Request&) { return Response{.body = "alive\n"}; });
  server.Handle("/readyz", [&readiness](const Request&) {
    const std::vector<std::string> reasons = readiness.reasons();
    if (reasons.empty()) return Response{.body = "ready\n"};
    return Response{.status = 503, .body = absl::StrCat("not ready: ", absl::StrJoin(reasons, ", "), "\n")};
  });
}

}  // namespace nwd::http
