#include "services/outcome/person_data_service.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/tokens/page.h"
#include "services/outcome/journeys.h"
#include "services/outcome/outcomes.h"

namespace nwd::outcome {
namespace {

absl::StatusOr<v1::PersonStep> StepOf(const store::Reader& reader, absl::Time time, const storage::StepRow& row) {
  v1::PersonStep step;
  *step.mutable_step() = Journeys::ToMessage(time, row);
  if (const std::optional<ids::Uuid> id = ids::Uuid::Parse(row.outcome_id())) {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::OutcomeRow> outcome, Outcomes::Find(reader, *id));
    if (outcome) *step.mutable_outcome() = Outcomes::ToMessage(*outcome);
  }
  return step;
}

}  // namespace

void PersonDataService::Register(rpc::Router& router) {
  router.Unary(this, &PersonDataService::ListPersonSteps);
  router.Unary(this, &PersonDataService::ConfirmErasure);
}

async::Task<absl::StatusOr<v1::ListPersonStepsResponse>> PersonDataService::ListPersonSteps(
    rpc::Call& call, const v1::ListPersonStepsRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string after, tokens::PageStart(tokens_, scope, request));
  const int page_size = tokens::PageSize(request.page_size());
  std::vector<ids::Uuid> person;
  for (const std::string& id : request.person_ids()) person.push_back(ids::Uuid::Parse(id).value_or(ids::Uuid()));
  const Journeys::Sight sight =
      request.organisation_id().empty() ? Journeys::Sight::kEverything : Journeys::Sight::kOwn;
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListPersonStepsResponse> {
    v1::ListPersonStepsResponse response;
    std::string last;
    absl::Status fault;
    const auto visit = [&](std::string_view place, absl::Time time, const storage::StepRow& row) {
      if (response.steps_size() == page_size) {
        response.set_next_page_token(tokens_.Seal(scope, last));
        return store::Visit::kStop;
      }
      absl::StatusOr<v1::PersonStep> step = StepOf(reader, time, row);
      fault = step.status();
      if (!fault.ok()) return store::Visit::kStop;
      *response.add_steps() = *std::move(step);
      last = std::string(place);
      return store::Visit::kContinue;
    };
    NWD_RETURN_IF_ERROR(Journeys::Visit(reader, person, request.organisation_id(), sight, after, visit));
    NWD_RETURN_IF_ERROR(fault);
    return response;
  };
  co_return co_await store_.View(body);
}

// Gone: the feed has told, and no step and no key is left, be it in a file that is live.
async::Task<absl::StatusOr<v1::ConfirmErasureResponse>> PersonDataService::ConfirmErasure(
    rpc::Call&, const v1::ConfirmErasureRequest& request) {
  v1::ConfirmErasureResponse response;
  for (const std::string& id : request.person_ids()) {
    const ids::Uuid person = ids::Uuid::Parse(id).value_or(ids::Uuid());
    auto done = [&](const store::Reader& reader) -> absl::StatusOr<bool> {
      NWD_ASSIGN_OR_RETURN(const bool erased, Journeys::IsErased(reader, person));
      NWD_ASSIGN_OR_RETURN(const bool steps, Journeys::HasSteps(reader, person));
      return erased && !steps;
    };
    NWD_CO_ASSIGN_OR_RETURN(const bool is_done, co_await store_.View(done));
    const absl::StatusOr<person_keys::PersonKey> key = co_await person_keys_.Find(person);
    if (!is_done || key.ok()) co_return response;
    if (!absl::IsNotFound(key.status())) co_return key.status();
  }
  if (key_files_.forget_deleted != nullptr) NWD_CO_RETURN_IF_ERROR(co_await workers_.Run(key_files_.forget_deleted));
  response.set_gone(true);
  if (key_files_.oldest_backup == nullptr) co_return response;
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<absl::Time> oldest, co_await workers_.Run(key_files_.oldest_backup));
  if (oldest.has_value()) *response.mutable_oldest_key_backup_time() = ToTimestamp(*oldest);
  co_return response;
}

}  // namespace nwd::outcome
