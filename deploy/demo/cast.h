// Who plays: the organisations of the demo's hub. All made up.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nwd/common/v1/vocabulary.pb.h"

namespace nwd::demo {

struct Player {
  std::string_view slug;
  std::string_view name;
  common::v1::OrganisationKind kind;
  bool registers = false;  // people walk in here, and are referred from here
  bool receives = false;   // answers for services of the feed
};

inline constexpr std::string_view kFirstAdmin = "hub-office";
inline constexpr std::string_view kSecondAdmin = "hub-assurance";
inline constexpr std::string_view kAnalyst = "hub-insight";
inline constexpr std::string_view kOperations = "hub-operations";     // rotates keys
inline constexpr std::string_view kCollege = "south-london-college";  // captures consents of which it is the recipient
inline constexpr std::string_view kPartner = "community-works";       // reads under standing consents
inline constexpr std::string_view kUnrelated = "housing-trust";       // is named in no consent
inline constexpr std::string_view kChannel = "my-support";            // people act through it themselves
inline constexpr std::string_view kSafeguarding = "southwark";        // opens emergency access
inline constexpr std::string_view kReviewer = "lambeth";              // reviews it

// All but the two admins, whom the hub knows from its start.
std::span<const Player> Players();
const Player& PlayerOf(std::string_view slug);
std::vector<std::string> Registrars();
std::vector<std::string> Receivers();

}  // namespace nwd::demo
