
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('innovation', '0009_one_address'),
    ]

    operations = [
        migrations.CreateModel(
            name='PasswordGuesses',
            fields=[
                ('subject', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('level', models.FloatField()),
                ('last_at', models.DateTimeField(db_index=True)),
            ],
        ),
    ]
