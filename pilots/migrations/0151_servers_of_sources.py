"""At which server each source is asked, which its settings say. One that the code before this connects meanwhile is
asked as before, and gets its server when it is next edited."""

from django.db import migrations

from pilots.connectors import kinds


def name_servers(apps, schema_editor):
    Source = apps.get_model("pilots", "Source")
    for source in Source.objects.filter(server="").only("kind", "config").iterator(500):
        found = kinds.of_source(source.kind).servers(source.config)
        if found:
            Source.objects.filter(pk=source.pk).update(server="://".join(found[0])[:300])


class Migration(migrations.Migration):
    dependencies = [("pilots", "0150_server_paces")]

    operations = [migrations.RunPython(name_servers, migrations.RunPython.noop)]
