from django.db import migrations


class Migration(migrations.Migration):
    """Files that are uploaded from now on are not compressed: a part of one is read without all before it."""

    dependencies = [
        ("pilots", "0121_counted_by_hand"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE pilots_sourcefile ALTER COLUMN content SET STORAGE EXTERNAL",
            "ALTER TABLE pilots_sourcefile ALTER COLUMN content SET STORAGE EXTENDED",
        ),
    ]
