// Who is in the hub: admins register organisations; a role beyond the ordinary needs a second admin.
#include <algorithm>

#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "nwd/directory/v1/organisation_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = directory::v1;
using Figure = absl::StatusOr<std::string>;

Figure StrangersAreRefused(World& world) {
  v1::ListOrganisationsRequest request;
  const auto listed = world.Call<v1::ListOrganisationsResponse>("lambeth", request);
  const bool refused = absl::IsPermissionDenied(listed.status()) || absl::IsUnauthenticated(listed.status());
  if (!refused)
    return Unexpected("a call with a good certificate of nobody known", "a refusal", listed.status().ToString());
  return absl::StatusCodeToString(listed.status().code());
}

Figure AdminsAreKnown(World& world) {
  v1::ListOrganisationsRequest request;
  NWD_ASSIGN_OR_RETURN(const auto listed, world.Call<v1::ListOrganisationsResponse>(kFirstAdmin, request));
  NWD_RETURN_IF_ERROR(Same("organisations in a new hub", 2, listed.organisations_size()));
  for (const v1::Organisation& organisation : listed.organisations())
    world.Know(organisation.slug(), organisation.organisation_id());
  return "2 admin organisations, named by configuration";
}

Figure Register(World& world) {
  for (const Player& player : Players()) {
    v1::CreateOrganisationRequest request;
    request.set_slug(std::string(player.slug));
    request.set_name(std::string(player.name));
    request.set_kind(player.kind);
    NWD_ASSIGN_OR_RETURN(const auto created, world.Call<v1::CreateOrganisationResponse>(kFirstAdmin, request));
    world.Know(player.slug, created.organisation_id());
  }
  return Cat(Players().size(), " organisations, each with its own certificate");
}

absl::StatusOr<v1::Organisation> Get(World& world, std::string_view slug) {
  v1::GetOrganisationRequest request;
  request.set_slug(std::string(slug));
  NWD_ASSIGN_OR_RETURN(const auto found, world.Call<v1::GetOrganisationResponse>(kFirstAdmin, request));
  return found.organisation();
}

// One admin proposes, another confirms; the first alone cannot.
absl::Status GiveRoles(World& world, std::string_view slug, const std::vector<common::v1::Role>& roles) {
  NWD_ASSIGN_OR_RETURN(const v1::Organisation before, Get(world, slug));
  v1::ProposeRolesRequest propose;
  propose.set_organisation_id(before.organisation_id());
  propose.set_etag(before.etag());
  for (const common::v1::Role role : roles) propose.add_roles(role);
  NWD_ASSIGN_OR_RETURN(const auto proposed, world.Call<v1::ProposeRolesResponse>(kFirstAdmin, propose));

  v1::ConfirmRolesRequest confirm;
  confirm.set_organisation_id(before.organisation_id());
  confirm.set_etag(proposed.etag());
  const auto alone = world.Call<v1::ConfirmRolesResponse>(kFirstAdmin, confirm);
  NWD_RETURN_IF_ERROR(Holds("an admin cannot confirm what it proposed itself", !alone.ok()));
  NWD_RETURN_IF_ERROR(world.Call<v1::ConfirmRolesResponse>(kSecondAdmin, confirm).status());

  NWD_ASSIGN_OR_RETURN(const v1::Organisation after, Get(world, slug));
  const auto given = [&](common::v1::Role role) {
    return std::find(after.roles().begin(), after.roles().end(), role) != after.roles().end();
  };
  return Holds("roles are in effect once a second admin confirmed them",
               after.roles_size() == static_cast<int>(roles.size()) && std::all_of(roles.begin(), roles.end(), given));
}

Figure ConfirmRoles(World& world) {
  using namespace common::v1;  // NOLINT: the roles
  NWD_RETURN_IF_ERROR(GiveRoles(world, kAnalyst, {ROLE_ANALYST}));
  NWD_RETURN_IF_ERROR(GiveRoles(world, kOperations, {ROLE_OPERATOR}));
  NWD_RETURN_IF_ERROR(GiveRoles(world, kChannel, {ROLE_RESIDENT_CHANNEL}));
  NWD_RETURN_IF_ERROR(GiveRoles(world, kSafeguarding, {ROLE_AGENCY, ROLE_SAFEGUARDING}));
  NWD_RETURN_IF_ERROR(GiveRoles(world, kReviewer, {ROLE_AGENCY, ROLE_SAFEGUARDING}));
  return "ANALYST, OPERATOR, RESIDENT_CHANNEL, twice SAFEGUARDING, by two admins; one alone was refused";
}

Figure AgenciesCannotAdminister(World& world) {
  v1::CreateOrganisationRequest request;
  request.set_slug("forged");
  request.set_name("Forged");
  request.set_kind(common::v1::ORGANISATION_KIND_VCS);
  const auto created = world.Call<v1::CreateOrganisationResponse>("lambeth", request);
  NWD_RETURN_IF_ERROR(
      Refused("an agency registers an organisation", created.status(), absl::StatusCode::kPermissionDenied));
  return "PERMISSION_DENIED";
}

}  // namespace

void TellRegistry(World& world, Story& story) {
  story.Chapter("The registry: who is trusted");
  story.Step("an unregistered organisation is refused", [&] { return StrangersAreRefused(world); });
  story.Step("the two first admins are known", [&] { return AdminsAreKnown(world); });
  story.Step("admins register organisations", [&] { return Register(world); });
  story.Step("a role takes effect when a second admin confirms", [&] { return ConfirmRoles(world); });
  story.Step("an agency cannot administer", [&] { return AgenciesCannotAdminister(world); });
  story.Step("organisations begin to watch their referrals", [&]() -> Figure {
    NWD_RETURN_IF_ERROR(world.StartWatching());
    return Cat(Registrars().size(), " referral streams, ", Receivers().size(), " notice streams");
  });
}

}  // namespace nwd::demo
