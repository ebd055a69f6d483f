#include "deploy/demo/cast.h"

#include <algorithm>
#include <array>

#include "common/base/check.h"

namespace nwd::demo {
namespace {

using namespace common::v1;  // NOLINT: the table is unreadable with prefixes

constexpr std::array<Player, 10> kPlayers = {{
    {"jobcentre-brixton", "Sample Brixton Jobcentre Plus", ORGANISATION_KIND_JOBCENTRE, true, false},
    {"lambeth", "Sample Lambeth Council", ORGANISATION_KIND_BOROUGH, true, true},
    {"southwark", "Sample Southwark Council", ORGANISATION_KIND_BOROUGH, true, true},
    {kCollege, "Sample South London College", ORGANISATION_KIND_COLLEGE, false, true},
    {"advice-network", "Sample Advice Network", ORGANISATION_KIND_VCS, false, true},
    {kPartner, "Sample Community Works", ORGANISATION_KIND_VCS, true, true},
    {kUnrelated, "Sample Housing Trust", ORGANISATION_KIND_HOUSING, false, false},
    {kChannel, "Sample My Support", ORGANISATION_KIND_OTHER, false, false},
    {kAnalyst, "Sample Hub Insight Team", ORGANISATION_KIND_OTHER, false, false},
    {kOperations, "Sample Hub Operations", ORGANISATION_KIND_OTHER, false, false},
}};

std::vector<std::string> SlugsWhere(bool Player::*property) {
  std::vector<std::string> slugs;
  for (const Player& player : kPlayers) {
    if (player.*property) slugs.emplace_back(player.slug);
  }
  return slugs;
}

}  // namespace

std::span<const Player> Players() { return kPlayers; }

const Player& PlayerOf(std::string_view slug) {
  const auto found =
      std::find_if(kPlayers.begin(), kPlayers.end(), [&](const Player& player) { return player.slug == slug; });
  NWD_CHECK(found != kPlayers.end());
  return *found;
}

std::vector<std::string> Registrars() { return SlugsWhere(&Player::registers); }
std::vector<std::string> Receivers() { return SlugsWhere(&Player::receives); }

}  // namespace nwd::demo
