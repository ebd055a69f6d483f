#!/usr/bin/env python3
"""Writes the sample directory feed: provisions.csv and places.csv become Open Referral UK v3 pages beside this file.

    python3 deploy/sample/make_sample.py            # writes services-page-001.json ...
    python3 deploy/sample/make_sample.py --check    # exits 1 if the pages differ from the tables

Standard library only and deterministic: the same tables give the same bytes. Change the tables, never the pages.

Each row of provisions.csv is one service. `area` says whom it serves: its borough, every borough of its hub, or London. `quirk` plants
one habit of real feeds, so that whoever reads this feed meets it:
    null-email      the contact has an e-mail of null
    labelled-phone  the telephone number starts with a label
    vendor-keys     keys of a vendor that no standard knows
    no-point        an address without coordinates
    closed          status "temporarily closed"
    confidential    no address is published
    online          attended online; no address
Ages of -1 and HTML in descriptions are in the table itself.
"""

import argparse
import csv
import datetime
import json
import pathlib
import sys
import uuid

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data"
PAGE_SIZE = 20
SITE = "https://example.org/no-wrong-door-sample"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, SITE)
STATISTICAL_GEOGRAPHY = "http://statistics.data.gov.uk/id/statistical-geography/"
LONDON = ("E12000007", "London")
NEWEST_CHECK = datetime.date(2025, 9, 30)
DAYS_BETWEEN_CHECKS = 9  # the oldest entries are well over a year old, as in the field

LANGUAGES = {
    "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "es": "Spanish", "fa": "Persian",
    "fr": "French", "gu": "Gujarati", "hi": "Hindi", "hu": "Hungarian", "ko": "Korean", "ku": "Kurdish",
    "ne": "Nepali", "pa": "Punjabi", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "so": "Somali",
    "ta": "Tamil", "ti": "Tigrinya", "tr": "Turkish", "ur": "Urdu", "vi": "Vietnamese",
}
TAXONOMIES = {
    "service_type": ("Sample service types", "service-types"),
    "eligibility": ("Priority groups", "priority-groups"),
    "organisation_kind": ("Organisation kinds", "organisation-kinds"),
}


def read_table(path):
    with open(path, encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def make_id(*parts):
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


def attribute(owner_id, link_entity, link_type, code, name):
    taxonomy, path = TAXONOMIES[link_type]
    term_id = make_id("term", path, code)
    return {
        "id": make_id("attribute", owner_id, link_type, code),
        "link_id": owner_id,
        "link_entity": link_entity,
        "link_type": link_type,
        "taxonomy_term_id": term_id,
        "taxonomy_term": {
            "id": term_id,
            "code": code,
            "name": name,
            "description": name,
            "taxonomy": taxonomy,
            "term_uri": f"{SITE}/{path}/{code}",
        },
    }


def split(text, separator=";"):
    return [part for part in text.split(separator) if part]


class Maker:
    def __init__(self):
        self.boroughs = {row["slug"]: row for row in read_table(DATA / "boroughs.csv")}
        self.groups = {row["slug"]: row["name"] for row in read_table(DATA / "priority-groups.csv")}
        self.places = {}
        for row in read_table(HERE / "places.csv"):
            self.places.setdefault(row["borough"], []).append(row)
        self.places_used = {}

    def service(self, index, row):
        service_id = make_id("service", row["organisation"], row["service"])
        checked = NEWEST_CHECK - datetime.timedelta(days=DAYS_BETWEEN_CHECKS * index)
        service = {
            "id": service_id,
            "name": row["service"],
            "description": row["description"],
            "url": f"https://example.org/services/{service_id}",
            "status": "temporarily closed" if row["quirk"] == "closed" else "active",
            "assured_date": checked.isoformat(),
            "last_modified": f"{checked.isoformat()}T09:30:00Z",
        }
        if row["fees"]:
            service["fees"] = row["fees"]
        if row["min_age"]:
            service["minimum_age"] = int(row["min_age"])
        if row["max_age"]:
            service["maximum_age"] = int(row["max_age"])
        if row["quirk"] == "vendor-keys":
            service["serviceId"] = 4000 + index
            service["pc_targetAudience"] = ["Adults", "Older people"]
        service["organization"] = self.organisation(row)
        service["service_areas"] = self.service_areas(service_id, row)
        service["service_at_locations"] = [self.service_at_location(service_id, row)]
        service["schedules"] = [self.schedule(service_id, row)]
        service["contacts"] = [self.contact(service_id, index, row)]
        service["languages"] = [
            {"id": make_id("language", service_id, code), "service_id": service_id, "code": code, "name": LANGUAGES[code]}
            for code in split(row["languages"])
        ]
        service["attributes"] = [
            attribute(service_id, "service", "service_type", code, code.replace("-", " ").capitalize())
            for code in split(row["categories"])
        ] + [
            attribute(service_id, "service", "eligibility", code, self.groups[code]) for code in split(row["groups"])
        ]
        return service

    def organisation(self, row):
        name = row["organisation"]
        organisation_id = make_id("organisation", name)
        return {
            "id": organisation_id,
            "name": name,
            "description": f"{name} is made up: sample data of the No Wrong Door project.",
            "website": "https://example.org/",
            "attributes": [attribute(organisation_id, "organization", "organisation_kind", row["kind"], row["kind"])],
        }

    def service_areas(self, service_id, row):
        home = self.boroughs[row["borough"]]
        if row["area"] == "london":
            areas = [LONDON]
        elif row["area"] == "hub":
            areas = [(b["code"], b["name"]) for b in self.boroughs.values() if b["hub"] == home["hub"]]
        elif row["area"] == "borough":
            areas = [(home["code"], home["name"])]
        else:
            raise ValueError(f"area {row['area']!r} of {row['service']!r} is none of borough, hub, london")
        return [
            {
                "id": make_id("area", service_id, code),
                "service_id": service_id,
                "name": name,
                "extent_type": "ons_code",
                "extent": code,
                "uri": STATISTICAL_GEOGRAPHY + code,
            }
            for code, name in areas
        ]

    def service_at_location(self, service_id, row):
        location_id = make_id("location", row["organisation"], row["service"])
        if row["quirk"] in ("online", "confidential"):
            location = {"id": location_id, "location_type": "virtual", "name": row["organisation"]}
        else:
            location = self.physical_location(location_id, row)
        return {
            "id": make_id("service-at-location", service_id, location_id),
            "service_id": service_id,
            "location_id": location_id,
            "location": location,
        }

    def physical_location(self, location_id, row):
        used = self.places_used.get(row["borough"], 0)
        self.places_used[row["borough"]] = used + 1
        place = self.places[row["borough"]][used]
        location = {"id": location_id, "location_type": "physical", "name": row["organisation"]}
        if row["quirk"] != "no-point":
            location["latitude"] = float(place["lat"])
            location["longitude"] = float(place["long"])
        location["addresses"] = [
            {
                "id": make_id("address", location_id),
                "location_id": location_id,
                "address_1": f"{used + 1} Sample Street",
                "city": "London",
                "state_province": self.boroughs[row["borough"]]["name"],
                "region": "London",
                "postal_code": place["postcode"],
                "country": "GB",
                "address_type": "physical",
            }
        ]
        location["accessibility"] = [
            {
                "id": make_id("accessibility", location_id),
                "location_id": location_id,
                "description": "Step-free entrance and accessible toilet" if used else "Step-free entrance by the side door",
            }
        ]
        return location

    def schedule(self, service_id, row):
        return {
            "id": make_id("schedule", service_id),
            "service_id": service_id,
            "valid_from": "2025-01-06",
            "freq": "WEEKLY",
            "interval": 1,
            "byday": row["days"],
            "opens_at": row["opens"],
            "closes_at": row["closes"],
            "attending_type": "online" if row["quirk"] == "online" else "in person",
        }

    def contact(self, service_id, index, row):
        contact_id = make_id("contact", service_id)
        number = f"020 7946 0{index + 100:03d}"  # numbers kept for drama and samples
        mailbox = "-".join(row["organisation"].lower().replace("'", "").split()[1:])
        return {
            "id": contact_id,
            "service_id": service_id,
            "name": "Enquiries",
            "email": None if row["quirk"] == "null-email" else f"{mailbox}@example.org",
            "phones": [
                {
                    "id": make_id("phone", contact_id),
                    "number": f"Advice line: {number}" if row["quirk"] == "labelled-phone" else number,
                }
            ],
        }


def make_pages():
    maker = Maker()
    services = [maker.service(index, row) for index, row in enumerate(read_table(HERE / "provisions.csv"))]
    page_count = -(-len(services) // PAGE_SIZE)
    pages = {}
    for page in range(page_count):
        contents = services[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        body = {
            "total_items": len(services),
            "total_pages": page_count,
            "page_number": page + 1,
            "size": len(contents),
            "first_page": page == 0,
            "last_page": page == page_count - 1,
            "empty": False,
            "contents": contents,
        }
        pages[f"services-page-{page + 1:03d}.json"] = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    return pages


def main():
    parser = argparse.ArgumentParser(description="Writes the sample directory feed from its tables.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the pages are out of date")
    options = parser.parse_args()
    pages = make_pages()
    stale = [page for page in HERE.glob("services-page-*.json") if page.name not in pages]
    if options.check:
        differing = [n for n, text in pages.items() if not (HERE / n).exists() or (HERE / n).read_text("utf-8") != text]
        differing += [page.name for page in stale]
        if differing:
            sys.exit(f"out of date, run make_sample.py: {', '.join(sorted(differing))}")
        return
    for page in stale:
        page.unlink()
    for name, text in pages.items():
        (HERE / name).write_text(text, encoding="utf-8")
    print(f"{len(pages)} pages written to {HERE}")


if __name__ == "__main__":
    main()
