"""What the columns of files about activities are called: by hand, in Salesforce, in HubSpot: in data only."""

from __future__ import annotations

from abm.imports.fields import Profile, Rows
from abm.imports.models import Kind

TOUCHES = (
    Profile(
        "plain",
        Kind.TOUCHES,
        Rows.TOUCHES,
        {
            "external_id": ("external id", "id", "activity id"),
            "at": ("when", "date", "day", "at", "time", "moment"),
            "account": ("account", "account name", "company", "company name"),
            "account_external_id": ("account external id", "account id", "company id"),
            "contact": ("contact", "contact name", "who", "person"),
            "contact_email": ("contact email", "email", "e-mail", "email address"),
            "contact_external_id": ("contact external id", "contact id"),
            "owner": ("owner", "by", "ae", "logged by", "user", "assigned"),
            "owner_external_id": ("owner id", "user id"),
            "type": ("type", "channel", "activity", "activity type", "what"),
            "outcome": ("outcome", "result", "what came of it"),
            "direction": ("direction",),
            "status": ("status",),
            "subject": ("subject", "title"),
            "note": ("note", "notes", "comment", "comments"),
            "deleted": ("is deleted", "deleted"),
            "deleted_2": ("_fivetran_deleted",),
        },
    ),
    # Reports of tasks and events (labels), the data loader (API names) and copies in a warehouse (snake case).
    Profile(
        "salesforce",
        Kind.TOUCHES,
        Rows.TOUCHES,
        {
            "external_id": ("Activity ID", "Task ID", "Event ID", "Id"),
            "at": ("Activity Date Time", "Start Date Time", "Completed Date Time", "Start"),
            "at_2": ("Activity Date", "Date", "Due Date", "Due Date Only"),
            "account": ("Company / Account", "Account Name", "Account.Name", "Account"),
            "account_external_id": ("Account ID",),
            "contact": ("Contact", "Contact Name", "Who.Name", "Name"),
            "contact_email": ("Email", "Contact: Email"),
            "contact_external_id": ("Who Id", "Contact ID", "Name ID"),
            "owner": ("Assigned", "Assigned To", "Owner.Name", "Owner Full Name"),
            "owner_external_id": ("Owner Id", "Assigned To ID"),
            "type": ("Activity Type", "Type"),
            "subtype": ("Task Subtype", "Event Subtype", "Activity Subtype"),
            "call_outcome": ("Call Result", "Call Disposition"),
            "call_direction": ("Call Type",),
            "status": ("Status",),
            "subject": ("Subject",),
            "note": ("Comments", "Full Comments", "Description"),
        },
        marks=(
            *("Task Subtype", "Event Subtype", "Call Type", "Call Result", "Activity ID", "Priority", "Who Id"),
            *("What Id", "Company / Account", "Is High Priority", "Show As", "Is Recurrence", "Assigned"),
        ),
    ),
    # The web application writes one file for calls, meetings, e-mails and tasks each; a warehouse one for each too.
    Profile(
        "hubspot",
        Kind.TOUCHES,
        Rows.TOUCHES,
        {
            "external_id": ("Record ID", "engagement_id", "hs_object_id", "Activity ID"),
            "at": (
                *("Activity date", "Meeting start time", "start_time", "hs_timestamp", "Email send date"),
                *("Completed at", "Due date", "Create date"),
            ),
            "account": ("Associated Company", "Associated Company (Primary)", "Associated Company Names (Primary)"),
            "account_external_id": ("Associated Company IDs", "Associated Company IDs (Primary)", "company_id"),
            "contact": ("Associated Contact", "Associated Contact Names"),
            "contact_email": ("Associated Contact Emails", "Email to"),
            "contact_external_id": ("Associated Contact IDs", "contact_id"),
            "owner": ("Activity assigned to", "Assigned to", "Activity created by"),
            "owner_external_id": ("hubspot_owner_id", "owner_id"),
            "type": ("Activity type", "Type", "engagement_type"),
            "subtype": ("Task Type", "task_type", "hs_task_type"),
            "call_outcome": ("Call outcome", "hs_call_disposition"),
            "call_direction": ("Call direction", "hs_call_direction"),
            "call_status": ("Call status", "hs_call_status"),
            "meeting_outcome": ("Meeting outcome", "hs_meeting_outcome"),
            "email_direction": ("Email direction", "hs_email_direction"),
            "status": ("Task Status", "hs_task_status"),
            "subject": ("Call Title", "Meeting name", "Email subject", "Task Title", "Title", "hs_email_subject"),
            "note": ("Call notes", "Meeting notes", "Meeting description", "Email body", "Task notes", "body"),
            "archived": ("Is Archived", "archived"),
        },
        marks=(
            *("Activity assigned to", "Activity date", "Call Title", "Call outcome", "Call direction", "Call status"),
            *("Meeting outcome", "Email direction", "Task Type", "engagement_id", "hs_timestamp", "portal_id"),
        ),
    ),
)
