// An export as one page of HTML, for the person it is about: it opens in a browser, prints, runs no script, and loads
// nothing. Every field that is set is on it, by whatever message it is in; a new field of PersonExport itself needs a part of
// the page (kParts). Names stand for the ids of organisations and services, links for those of what else is on it; times are
// London's; text that people wrote is escaped, and stands in its own direction. Pure functions.
#pragma once

#include <string>

#include "nwd/consent/v1/person_export.pb.h"

namespace nwd::consent {

std::string ExportPage(const v1::PersonExport& exported);

}  // namespace nwd::consent
