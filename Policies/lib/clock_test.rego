package lib.clock_test

import data.lib.clock

# Saturday, 2026-11-21 20:30 UTC.
saturday := 1795293000000000000

# Monday, 2026-11-23 08:59 UTC.
monday := 1795424340000000000

test_minute if {
	clock.minute("UTC") == 1230 with time.now_ns as saturday
	clock.minute("Europe/Berlin") == 1290 with time.now_ns as saturday
}

test_day if {
	clock.day("UTC") == "Saturday" with time.now_ns as saturday
	clock.day("Asia/Tokyo") == "Sunday" with time.now_ns as saturday
}

test_is_weekday if {
	not clock.is_weekday("UTC") with time.now_ns as saturday
	clock.is_weekday("UTC") with time.now_ns as monday
}

test_between if {
	clock.between("UTC", "20:30", "20:31") with time.now_ns as saturday
	not clock.between("UTC", "20:00", "20:30") with time.now_ns as saturday
	clock.between("UTC", "20:00", "06:00") with time.now_ns as saturday
	not clock.between("UTC", "21:00", "06:00") with time.now_ns as saturday
	clock.between("UTC", "21:00", "09:00") with time.now_ns as monday
	not clock.between("UTC", "9", "24:00") with time.now_ns as saturday
}

test_working_hours if {
	not clock.working_hours("UTC", "09:00", "17:00") with time.now_ns as monday
	clock.working_hours("Europe/Berlin", "09:00", "17:00") with time.now_ns as monday
	not clock.working_hours("UTC", "00:00", "23:59") with time.now_ns as saturday
}
