#include "common/base/strings.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "tests/e2e/good_call_table.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace d = directory::v1;
namespace v1 = common::v1;

constexpr char kPage[] = R"({"total_items":0,"total_pages":1,"page_number":1,"size":0,"contents":[]})";

struct Made {
  std::string organisation_id;
  std::string etag;
};

Made FreshOrganisation(World& world) {
  d::CreateOrganisationRequest create;
  create.set_slug(Cat("fresh-", NextNumber()));
  create.set_name("Sample: fresh");
  create.set_kind(v1::ORGANISATION_KIND_OTHER);
  const auto created = world.Do<d::CreateOrganisationResponse>(kAdmin, create);
  return {created.organisation_id(), created.etag()};
}

d::ProposeRolesRequest Proposal(World& world) {
  const Made made = FreshOrganisation(world);
  d::ProposeRolesRequest propose;
  propose.set_organisation_id(made.organisation_id);
  propose.set_etag(made.etag);
  propose.add_roles(v1::ROLE_AUDITOR);
  return propose;
}

d::PutImportPageRequest Page(const std::string& import_id) {
  d::PutImportPageRequest put;
  put.set_import_id(import_id);
  put.set_page_name("page-1.json");
  put.set_content(kPage);
  return put;
}

d::Service FindService(World& world, const std::string& service_id) {
  d::GetServiceRequest get;
  get.set_service_id(service_id);
  return world.Do<d::GetServiceResponse>(kReferrer, get).service();
}

}  // namespace

void AddDirectoryCalls(Table& table) {
  Add(table, kAdmin, kSecondAdmin, [](World&) {
    d::CreateOrganisationRequest create;
    create.set_slug(Cat("created-", NextNumber()));
    create.set_name("Sample: created");
    create.set_kind(v1::ORGANISATION_KIND_OTHER);
    return create;
  });
  Add(table, kReferrer, kStranger, [](World&) {
    d::GetOrganisationRequest get;
    get.set_slug(kReceiver);
    return get;
  });
  Add(table, kReferrer, kStranger, [](World&) {
    d::ListOrganisationsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kAdmin, kSecondAdmin, [](World& world) {
    const Made made = FreshOrganisation(world);
    d::UpdateOrganisationRequest update;
    update.set_organisation_id(made.organisation_id);
    update.set_etag(made.etag);
    update.mutable_update_mask()->add_paths("name");
    update.set_name("Sample: renamed");
    return update;
  });
  Add(table, kAdmin, kSecondAdmin, [](World& world) {
    const Made made = FreshOrganisation(world);
    d::SetOrganisationStateRequest set;
    set.set_organisation_id(made.organisation_id);
    set.set_etag(made.etag);
    set.set_state(v1::ORGANISATION_STATE_SUSPENDED);
    return set;
  });
  Add(table, kAdmin, kSecondAdmin, [](World& world) {
    d::RevokeCertificateRequest revoke;
    revoke.set_organisation_id(FreshOrganisation(world).organisation_id);
    revoke.set_serial("abc123");
    return revoke;
  });
  Add(table, kAdmin, kSecondAdmin, Proposal);
  Add(table, kSecondAdmin, "", [](World& world) {  // whoever proposed cannot confirm
    const d::ProposeRolesRequest proposal = Proposal(world);
    d::ConfirmRolesRequest confirm;
    confirm.set_organisation_id(proposal.organisation_id());
    confirm.set_etag(world.Do<d::ProposeRolesResponse>(kAdmin, proposal).etag());
    return confirm;
  });
  Add(table, kReferrer, kStranger, [](World&) { return d::WatchOrganisationsRequest(); });
  Add(table, kReferrer, kStranger, [](World& world) {
    d::GetServiceRequest get;
    get.set_service_id(world.service_id());
    return get;
  });
  Add(table, kReferrer, kStranger, [](World&) {
    d::SearchServicesRequest search;
    search.set_page_size(1);
    return search;
  });
  Add(table, kReceiver, "", [](World& world) {
    d::SetCapacityRequest set;
    set.set_service_id(world.service_id());
    set.set_etag(FindService(world, world.service_id()).etag());
    set.set_capacity(10'000 + NextNumber());
    set.set_accepts_referrals(true);
    return set;
  });
  Add(table, kAdmin, kSecondAdmin, [](World&) {
    d::BeginImportRequest begin;
    begin.set_feed_slug(Cat("begun-feed-", NextNumber()));
    return begin;
  });
  Add(table, kAdmin, "", [](World& world) { return Page(FreshImport(world, kAdmin)); });
  Add(table, kAdmin, "", [](World& world) {
    const std::string import_id = FreshImport(world, kAdmin);
    world.Do<d::PutImportPageResponse>(kAdmin, Page(import_id));
    d::CommitImportRequest commit;
    commit.set_import_id(import_id);
    return commit;
  });
  Add(table, kAdmin, "", [](World& world) {
    d::AbortImportRequest abort;
    abort.set_import_id(FreshImport(world, kAdmin));
    return abort;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    FreshImport(world, kAdmin);  // of a second feed
    d::ListFeedsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    d::ListProvidersRequest list;
    list.set_feed_id(world.feed_id());
    list.set_page_size(1);
    return list;
  });
  Add(table, kAdmin, kSecondAdmin, [](World& world) { return Link(world, kReceiver); });
  Add(table, kAdmin, kSecondAdmin, [](World& world) { return Agreement(world); });
  Add(table, kReferrer, kStranger, [](World& world) {
    d::GetAgreementRequest get;
    get.set_agreement_id(FreshAgreement(world).agreement_id());
    return get;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    for (int i = 0; i < 2; ++i) FreshAgreement(world);
    d::ListAgreementsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kReferrer, kReceiver, [](World& world) {
    const d::CreateAgreementResponse made = FreshAgreement(world);
    d::EndAgreementRequest end;
    end.set_agreement_id(made.agreement_id());
    end.set_etag(made.etag());
    return end;
  });
}

}  // namespace nwd::e2e
