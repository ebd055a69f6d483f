#include "services/directory/import_plan.h"

#include "absl/container/flat_hash_map.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/crypto/sha256.h"
#include "services/directory/limits.h"
#include "services/directory/service_ids.h"

namespace nwd::directory {
namespace {

using ids::Uuid;

class Planner {
 public:
  Planner(Uuid feed_id, const SearchIndex& index, absl::Time now) : feed_id_(feed_id), index_(index), now_(now) {}

  Uuid IdOf(std::string_view external_id) const {
    if (const std::optional<Uuid> own = OwnServiceId(external_id)) {
      const Document* stands = Find(*own);
      if (stands == nullptr || stands->feed_id == feed_id_) return *own;
    }
    return DerivedServiceId(feed_id_, external_id);
  }

  void Present(Uuid id, storage::StagedService staged) {
    std::string hash(crypto::View(crypto::Sha256(staged.SerializeAsString())));
    const Document* stands = Find(id);
    const bool same = stands != nullptr && stands->content_hash == hash;
    const bool came_back = same && stands->missing >= kMissingMax;
    if (same && !came_back) {
      plan_.counts.set_unchanged(plan_.counts.unchanged() + 1);
      if (stands->missing == 0) return;
    } else if (stands == nullptr) {
      plan_.counts.set_created(plan_.counts.created() + 1);
    } else {
      plan_.counts.set_updated(plan_.counts.updated() + 1);
    }
    PlannedRow& planned = Add(id, stands);
    *planned.row.mutable_service() = std::move(*staged.mutable_service());
    planned.row.set_provider_external_id(staged.provider_external_id());
    planned.row.set_content_hash(std::move(hash));
    Finish(planned, stands, /*visible=*/!same || came_back);
  }

  void Missing(const Document& stands) {
    plan_.counts.set_missing(plan_.counts.missing() + 1);
    if (stands.missing >= kMissingMax) return;
    PlannedRow& planned = Add(stands.id, &stands);
    NWD_CHECK(planned.row.mutable_service()->ParseFromString(stands.service));
    planned.row.set_provider_external_id(stands.provider_external_id);
    planned.row.set_content_hash(stands.content_hash);
    planned.row.set_missing(stands.missing + 1);
    const bool now_inactive = planned.row.missing() == kMissingMax && stands.active;
    if (now_inactive) {
      planned.row.mutable_service()->set_active(false);
      plan_.counts.set_deactivated(plan_.counts.deactivated() + 1);
    }
    Finish(planned, &stands, now_inactive);
  }

  const Document* Find(Uuid id) const {
    const std::optional<DocumentNumber> number = index_.Find(id);
    return number ? &index_.document(*number) : nullptr;
  }

  // An entry with the id of an earlier one.
  void Again(const StagedImport& staged, size_t service, size_t first) {
    plan_.counts.set_problem_count(plan_.counts.problem_count() + 1);
    if (plan_.counts.problems_size() >= kProblemsListedMax) return;
    const StagedImport::Origin& here = staged.origins[service];
    const StagedImport::Origin& there = staged.origins[first];
    v1::ImportProblem& problem = *plan_.counts.add_problems();
    problem.set_page(staged.pages[here.page]);
    problem.set_index(here.index);
    problem.set_field("id");
    problem.set_description(Cat("is also that of ", staged.pages[there.page], " [", there.index, "], which was taken"));
    problem.set_left_out(true);
  }

  ImportPlan Take(int left_out) {
    plan_.counts.set_left_out(left_out + plan_.counts.problem_count());
    return std::move(plan_);
  }

 private:
  PlannedRow& Add(Uuid id, const Document* stands) {
    PlannedRow& planned = plan_.rows.emplace_back();
    planned.service_id = id;
    planned.replaces = stands == nullptr ? 0 : stands->generation;
    return planned;
  }

  // Ids, revision and time; a change nobody can see keeps the last two.
  void Finish(PlannedRow& planned, const Document* stands, bool visible) {
    v1::Service& service = *planned.row.mutable_service();
    service.set_service_id(planned.service_id.ToString());
    service.set_feed_id(feed_id_.ToString());
    planned.row.set_revision((stands == nullptr ? 0 : stands->revision) + (visible ? 1 : 0));
    if (visible) {
      *service.mutable_update_time() = ToTimestamp(now_);
    } else {
      v1::Service before;
      NWD_CHECK(before.ParseFromString(stands->service));
      *service.mutable_update_time() = before.update_time();
    }
  }

  Uuid feed_id_;
  const SearchIndex& index_;
  absl::Time now_;
  ImportPlan plan_;
};

}  // namespace

ImportPlan PlanImport(Uuid feed_id, StagedImport staged, const SearchIndex& index, bool full, absl::Time now) {
  Planner planner(feed_id, index, now);
  absl::flat_hash_map<Uuid, size_t> first;  // of several with the same id
  first.reserve(staged.services.size());
  for (size_t i = 0; i < staged.services.size(); ++i) {
    const Uuid id = planner.IdOf(staged.services[i].service().external_id());
    const auto [known, is_new] = first.emplace(id, i);
    if (is_new) {
      planner.Present(id, std::move(staged.services[i]));
    } else {
      planner.Again(staged, i, known->second);
    }
  }
  if (full && staged.absences_known) {
    absl::flat_hash_set<Uuid> left_out;
    for (const std::string& external_id : staged.left_out_ids) left_out.insert(planner.IdOf(external_id));
    for (const DocumentPtr& document : index.documents()) {
      if (document->feed_id != feed_id || first.contains(document->id) || left_out.contains(document->id)) continue;
      planner.Missing(*document);
    }
  }
  return planner.Take(staged.left_out);
}

}  // namespace nwd::directory
