"""Sessions are kept by the hash of their key, with sealed data; so are the seeds of second steps."""

from django.db import migrations, models

from innovation.people.sessions import kept_key
from innovation.rules import key_ring
from innovation.rules.key_ring import Purpose


def _sealed(text, purpose):
    return key_ring.seal(text.encode(), purpose).decode()


def seal_sessions(apps, schema_editor):
    """Whoever is signed in stays so."""
    Session = apps.get_model("innovation", "Session")
    for key, data in list(Session.objects.values_list("session_key", "session_data")):
        Session.objects.filter(session_key=key).update(
            session_key=kept_key(key), session_data=_sealed(data, Purpose.SESSION)
        )


def seal_second_steps(apps, schema_editor):
    Authenticator = apps.get_model("mfa", "Authenticator")
    for step in Authenticator.objects.filter(type__in=["totp", "recovery_codes"]):
        for name in ("secret", "seed"):
            if name in step.data:
                step.data[name] = _sealed(step.data[name], Purpose.SECOND_STEP)
        if "migrated_codes" in step.data:
            step.data["migrated_codes"] = [
                _sealed(code, Purpose.SECOND_STEP) for code in step.data["migrated_codes"]
            ]
        step.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("innovation", "0011_sessions_have_a_person"),
    ]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="session_key",
            field=models.CharField(max_length=64, primary_key=True, serialize=False),
        ),
        migrations.RunPython(seal_sessions),
        migrations.RunPython(seal_second_steps),
        # What Django's own table was left with, from before sessions were ours.
        migrations.RunSQL("DELETE FROM django_session", migrations.RunSQL.noop),
    ]
