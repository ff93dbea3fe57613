"""The units of Lakeshore Health as its systems name them."""

HOSPITALS = {"SBG": "St Brigid General", "LMH": "Lakeshore Memorial"}

# Wards that write letters, with letters a day and the share that was always signed within a day.
WARDS = {
    "4 West": (11, 0.606),
    "5 East": (12, 0.618),
    "Emergency department": (17, 0.655),
    "Intensive care": (6, 0.571),
    "Theatres": (14, 0.633),
    "Surgery": (15, 0.642),
    "Maternity": (13, 0.689),
}

# Groups of the patients of primary care who answer its survey: answers a day, and the share of those
# who felt listened to before and after.
GROUPS = {
    "interpreter": (7, 0.742, 0.751),
    "over-75": (16, 0.823, 0.881),
    "others": (37, 0.818, 0.889),
}

CLINICS = (
    "Alder Street",
    "Ashgrove",
    "Baysville Road",
    "Beacon Hill",
    "Birchmount",
    "Bluewater",
    "Breakwater Lane",
    "Cedar Crossing",
    "Chandlers Wharf",
    "Cherry Orchard",
    "Cobblers Green",
    "Creekside",
    "Dunes End",
    "Eastgate",
    "Elm Park",
    "Fairhaven",
    "Ferry Landing",
    "Gull Point",
    "Harbour Square",
    "Heron Marsh",
    "Hillcrest",
    "Ironworks Row",
    "Kingfisher",
    "Lantern Street",
    "Lighthouse",
    "Linden Avenue",
    "Maple Terrace",
    "Millrace",
    "North Pier",
    "Old Cannery",
    "Orchard Lane",
    "Pinewood",
    "Quarry Road",
    "Sandbanks",
    "Southshore",
    "Station Road",
    "Windmill Lane",
    "Yarrow Bridge",
)
