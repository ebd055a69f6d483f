// The versions of a section that the caller put in itself, for RecordService: what it said, when, and as of which day.
//
// The handler runs on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/rpc/router.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class VersionService {
 public:
  explicit VersionService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListVersionsResponse>> ListVersions(rpc::Call& call,
                                                                     const v1::ListVersionsRequest& request);

 private:
  const Parts& parts_;
};

}  // namespace nwd::consent
