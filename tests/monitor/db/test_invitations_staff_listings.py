"""What a staff file listed is remembered as keyed hashes, and forgotten."""

from datetime import timedelta

from monitor.db.staff_imports import StaffImportRecord

ANN, BEA = "ann@cedar.example", "bea@cedar.example"
DAY = timedelta(days=1)


def test_what_was_listed_is_found_by_address_and_stands_nowhere_in_words(world):
    world.state.staff_listings.save_listings([ANN, BEA])

    assert world.state.staff_listings.count_listed() == 2
    assert world.state.staff_listings.was_listed("ANN@cedar.example")
    assert not world.state.staff_listings.was_listed("cal@cedar.example")
    assert b"ann@cedar" not in world.bytes_on_disk()


def test_what_is_not_listed_anymore_is_given_with_who_is_known_by_it(world):
    ann = world.enrolled("Ann", mail=ANN)
    listings = world.state.staff_listings
    listings.save_listings([ANN, BEA])

    first, second = listings.list_unlisted([])

    assert (first.person_id, first.invitation_id) == (ann, None)
    assert (second.person_id, second.missing_since) == (None, None)
    assert listings.list_unlisted([ANN, BEA]) == ()


def test_a_missing_address_counts_from_the_first_time_until_it_is_listed_again(world):
    listings = world.state.staff_listings
    listings.save_listings([ANN])
    (ann,) = listings.list_unlisted([])

    listings.mark_missing(ann.mark, world.now)
    listings.mark_missing(ann.mark, world.now + DAY)

    (missing,) = listings.list_missing()
    assert missing.missing_since == world.now
    assert listings.count_listed() == 0
    listings.save_listings([ANN])
    assert listings.list_missing() == ()


def test_a_missing_address_is_forgotten_with_its_person_and_a_listed_one_is_not(world):
    ann, bea = world.enrolled("Ann", mail=ANN), world.enrolled("Bea", mail=BEA)
    listings = world.state.staff_listings
    listings.save_listings([ANN, BEA])
    listings.mark_missing(listings.list_unlisted([BEA])[0].mark, world.now)

    world.state.people.erase_person(ann)
    world.state.people.erase_person(bea)

    assert not listings.was_listed(ANN)
    assert listings.was_listed(BEA)


def test_the_last_import_takes_the_place_of_the_one_before(world):
    listings = world.state.staff_listings
    assert listings.find_last_import() is None
    listings.save_import(StaffImportRecord(at=world.now, file_mark=b"1", problem="It is empty."))
    record = StaffImportRecord(
        at=world.now + DAY, imported_at=world.now + DAY, file_mark=b"2", unusable=3
    )

    listings.save_import(record)

    assert listings.find_last_import() == record
    listings.delete_import()
    assert listings.find_last_import() is None
