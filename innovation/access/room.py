"""The door plate: who is let in and out, many at a time and by the calendar."""

from innovation.house import Room, Scheduled

ROOM = Room(scheduled=(Scheduled("tell_of_ends", seconds=3600),))
