from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_rendition_detail"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="storedobject",
            index=models.Index(condition=models.Q(("role", "original")), fields=["sha256"], name="original_by_digest"),
        ),
    ]
