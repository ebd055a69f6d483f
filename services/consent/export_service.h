// RightsService's ExportPerson: what all four services hold about a person, as one file (person_export.proto).
//
// What is here is gathered from one snapshot, then the others are asked; the file is put together away from the queues, one
// at a time, and lies in memory until its reader has it. That it was exported is durable before its first part is sent.
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/async/worker_pool.h"
#include "common/rpc/limiter.h"
#include "common/rpc/router.h"
#include "nwd/consent/v1/person_export.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "services/consent/gathering.h"
#include "services/consent/held_elsewhere.h"
#include "services/consent/limits.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class ExportService {
 public:
  // `elsewhere` null: there are no other services, and nothing is exported.
  ExportService(const Parts& parts, HeldElsewhere* elsewhere)
      : parts_(parts),
        elsewhere_(elsewhere),
        at_once_({.streams_max = kExportsAtOnceMax, .streams_per_organisation_max = kExportsPerOrganisationMax},
                 "exports that were not read to the end"),
        workers_(kExportThreads, kExportsAtOnceMax) {}
  void Register(rpc::Router& router);

  async::Task<absl::Status> ExportPerson(rpc::Call& call, const v1::ExportPersonRequest& request,
                                         rpc::Writer<v1::ExportPersonResponse>& writer);

 private:
  // The person of the case, where it is the caller's to export.
  absl::StatusOr<ids::Uuid> PersonOf(const store::Reader& reader, rpc::Call& call, const ids::Uuid& case_id) const;
  async::Task<absl::StatusOr<std::string>> MakeFile(const rpc::Call& call, const v1::ExportPersonRequest& request,
                                                    const ids::Uuid& person_id);
  async::Task<absl::StatusOr<v1::PersonExport>> Gather(const rpc::Call& call, const v1::ExportPersonRequest& request,
                                                       const ids::Uuid& person_id);
  async::Task<absl::Status> AddElsewhere(const rpc::Call& call, const std::vector<ids::Uuid>& family,
                                         v1::PersonExport& exported);
  async::Task<absl::Status> AddNames(const rpc::Call& call, v1::PersonExport& exported);
  async::Task<absl::StatusOr<std::string>> Write(const v1::PersonExport& exported, v1::ExportFormat format);
  // Counts it with its case, and writes the audit entry.
  async::Task<absl::Status> Keep(rpc::Call& call, const ids::Uuid& case_id, const ids::Uuid& person_id);

  const Parts& parts_;
  HeldElsewhere* const elsewhere_;
  rpc::Limiter at_once_;  // exports that are in memory
  async::WorkerPool workers_;
};

}  // namespace nwd::consent
